/** Event streams of changes to the run list and to single runs. */
import { join } from 'node:path';
import type { Hono } from 'hono';
import { evenly, readRecords, readRun, runFiles, type SwapRecord, swapSchema } from '../../runs/index.ts';
import type { GoneEvent, StatusEvent, StepsEvent } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import type { StudioEnvironment } from './body.ts';
import type { CurveStore } from './curve-store.ts';
import { curves } from './curves.ts';
import { folderStamp } from './folder-stamp.ts';
import { eventStream, type Outgoing, resumeFrom, type StreamTools } from './event-stream.ts';
import type { OpenRun, RunIndex } from './run-index.ts';
import { runOf, integerParameter } from './run-routes.ts';
import type { StepIndex } from './step-index.ts';

/** Larger batches of steps or swaps are downsampled. */
const maxPoints = 2000;
const maxSwaps = 5000;

interface EventRoutes extends StreamTools {
  readonly index: RunIndex;
  readonly curves: CurveStore;
}

/** Tracks what has been sent to a page that follows a run. */
class Follower {
  readonly #store: CurveStore;
  readonly #index: RunIndex;
  #after: number;
  #stepIndex: StepIndex | undefined;
  #generation = 0;
  #revision = Number.NaN;
  #stamp = '';
  /** Byte offset in swaps.jsonl, and the step that the client asked to continue from. */
  #swapsNext = 0;
  #swapsAfter: number;

  constructor(index: RunIndex, store: CurveStore, after: number) {
    this.#index = index;
    this.#store = store;
    this.#after = after;
    this.#swapsAfter = after;
  }

  async send(run: OpenRun, out: Outgoing): Promise<void> {
    if (run.found.files.has(runFiles.metrics)) await this.#sendSteps(join(run.dir, runFiles.metrics), out);
    const swaps = await this.#newSwaps(run);
    const revision = this.#index.revisionOf(run.id);
    const stamp = folderStamp(run);
    if (revision === this.#revision && stamp === this.#stamp && swaps.length === 0) return;
    this.#revision = revision;
    this.#stamp = stamp;
    const epochs = run.found.files.has(runFiles.summary) ? readRun(run.dir).epochs() : [];
    const event: StatusEvent = { row: run.row, stamp, epochs, swaps };
    await out.send('status', event);
  }

  async #sendSteps(file: string, out: Outgoing): Promise<void> {
    const index = await this.#store.index(file);
    const cutBack = index === this.#stepIndex && index.generation !== this.#generation;
    this.#stepIndex = index;
    this.#generation = index.generation;
    if (cutBack || index.lastStep < this.#after) {
      this.#after = 0;
      this.#swapsNext = 0;
      this.#swapsAfter = 0;
    } else if (index.lastStep === this.#after) return;
    const event: StepsEvent = {
      ...curves(index, { points: maxPoints, from: this.#after + 1 }),
      after: this.#after,
    };
    this.#after = event.lastStep;
    await out.send('steps', event, event.lastStep);
  }

  async #newSwaps({ dir, found }: OpenRun): Promise<readonly SwapRecord[]> {
    const size = found.files.get(runFiles.swaps)?.size ?? 0;
    if (size < this.#swapsNext) this.#swapsNext = 0;
    if (size === this.#swapsNext) return [];
    const { records, next } = await readRecords(join(dir, runFiles.swaps), swapSchema, {
      from: this.#swapsNext,
    });
    this.#swapsNext = next;
    return evenly(
      records.filter(({ step }) => step > this.#swapsAfter),
      maxSwaps,
    );
  }
}

export function addEventRoutes(
  app: Hono<StudioEnvironment>,
  { index, curves: store, ...tools }: EventRoutes,
): void {
  app.get('/api/events', async (c) => {
    let revision = resumeFrom(c, integerParameter(c, 'revision')) ?? 0;
    await index.refresh(0);
    return eventStream(c, tools, async (out) => {
      if (index.revision !== revision) {
        const event = index.since(revision);
        ({ revision } = event);
        await out.send('rows', event, revision);
      }
      return true;
    });
  });
  app.get('/api/runs/:id/events', async (c) => {
    const follower = new Follower(index, store, resumeFrom(c, integerParameter(c, 'after')) ?? 0);
    const { id } = await runOf(c, index);
    return eventStream(c, tools, async (out) => {
      try {
        await follower.send(await index.open(id), out);
        return true;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOENT' && !(error instanceof ApiError)) throw error;
        const event: GoneEvent = { error: error instanceof ApiError ? error.message : `${id} is gone` };
        await out.send('gone', event);
        return false;
      }
    });
  });
}
