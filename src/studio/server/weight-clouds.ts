/** Caches the weight clouds of recently requested runs. */
import type { WeightClouds } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import { timeSlicer } from './time-slice.ts';
import { type CheckpointFile, checkpointFiles } from './checkpoint-files.ts';
import { cloudPoints } from './cloud-points.ts';
import type { OpenRun } from './run-index.ts';

/** Number of runs in the cache. */
const maxRuns = 20;

interface Job {
  /** Identifies the checkpoints used. */
  readonly stamp: string;
  readonly clouds: Promise<WeightClouds>;
  /** Aborts the computation. */
  readonly ending: AbortController;
  /** Number of pending requests. */
  waiting: number;
}

const stampOf = (checkpoints: readonly CheckpointFile[]): string =>
  checkpoints.map(({ name, savedAt, size }) => `${name} ${savedAt} ${size}`).join();

export class CloudStore {
  readonly #kept = new Map<string, Job>();
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Computes the clouds once per set of checkpoints, one run at a time. If the checkpoints change meanwhile, the
   * answer is for the new ones.
   *
   * @param gone - aborted when the client disconnects; a computation without pending requests is aborted
   */
  clouds(run: OpenRun, gone?: AbortSignal): Promise<WeightClouds> {
    const checkpoints = checkpointFiles(run);
    const stamp = stampOf(checkpoints);
    const kept = this.#kept.get(run.dir);
    if (kept?.stamp === stamp) return this.#wait(run.dir, kept, gone);
    const job = this.#begin(run.dir, stamp, checkpoints);
    kept?.ending.abort(new ApiError(409, 'the checkpoints of this run have changed: try again'));
    return this.#wait(run.dir, job, gone);
  }

  #begin(dir: string, stamp: string, checkpoints: readonly CheckpointFile[]): Job {
    const ending = new AbortController();
    const yieldIfDue = timeSlicer();
    const clouds = this.#last.then(() =>
      cloudPoints(checkpoints, () => {
        ending.signal.throwIfAborted();
        return yieldIfDue();
      }),
    );
    this.#last = clouds.catch(() => undefined);
    const job = { stamp, clouds, ending, waiting: 0 };
    this.#kept.delete(dir);
    this.#kept.set(dir, job);
    if (this.#kept.size > maxRuns) this.#kept.delete(this.#kept.keys().next().value!);
    return job;
  }

  async #wait(dir: string, job: Job, gone: AbortSignal | undefined): Promise<WeightClouds> {
    job.waiting++;
    const leave = (): void => {
      if (--job.waiting > 0) return;
      this.#forget(dir, job);
      job.ending.abort(new ApiError(409, 'the request for these weights was cancelled: try again'));
    };
    gone?.addEventListener('abort', leave, { once: true });
    try {
      return await job.clouds;
    } catch (error) {
      const newer = this.#kept.get(dir);
      if (newer && newer !== job && job.ending.signal.aborted) return await this.#wait(dir, newer, gone);
      this.#forget(dir, job);
      throw error;
    } finally {
      gone?.removeEventListener('abort', leave);
    }
  }

  #forget(dir: string, job: Job): void {
    if (this.#kept.get(dir) === job) this.#kept.delete(dir);
  }
}
