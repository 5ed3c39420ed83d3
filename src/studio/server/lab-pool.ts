/**
 * Pool of worker processes for the lab. A computation cannot be cancelled inside its process, so an abandoned worker
 * is killed and a preloaded spare takes the next request.
 */
import { LabWorker } from './lab-worker.ts';

interface LabPoolOptions {
  /** Starts a worker. */
  readonly command: readonly [string, ...string[]];
  /** Number of concurrent computations; as many workers are kept loaded. */
  readonly size: number;
  /** Time limit of a computation, in ms. */
  readonly timeLimit: number;
  /** How long an abandoned computation may run before its worker is killed, in ms. */
  readonly grace: number;
}

interface Waiting {
  readonly give: (worker: LabWorker) => void;
}

export class LabPool {
  readonly #options: LabPoolOptions;
  readonly #idle: LabWorker[] = [];
  readonly #busy = new Set<LabWorker>();
  readonly #waiting: Waiting[] = [];
  /** The pending request of each page. */
  readonly #pages = new Map<string, AbortController>();
  #closed = false;

  constructor(options: LabPoolOptions) {
    this.#options = options;
  }

  /** Process ids of the workers that are loaded or loading. */
  get pids(): number[] {
    return [...this.#idle, ...this.#busy].flatMap(({ pid }) => pid ?? []);
  }

  /** Loads the workers ahead of the first request. */
  warm(): void {
    if (this.#closed) return;
    while (this.#idle.filter(({ ended }) => !ended).length + this.#busy.size < this.#options.size)
      this.#idle.push(new LabWorker(this.#options.command));
  }

  /**
   * Computes a lab state; cancels an older request of the same page.
   *
   * @param onLine - called with each line of the answer
   * @param signal - aborted when the page is gone
   * @throws Error with a one-line message if the request was cancelled, took too long, or the worker died
   */
  async compute(
    page: string,
    state: unknown,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#pages.get(page)?.abort(new Error('superseded by a newer request of the page'));
    const own = new AbortController();
    this.#pages.set(page, own);
    const gone = AbortSignal.any([own.signal, signal]);
    try {
      await this.#run(state, onLine, gone);
    } finally {
      if (this.#pages.get(page) === own) this.#pages.delete(page);
    }
  }

  async #run(state: unknown, onLine: (line: string) => void, gone: AbortSignal): Promise<void> {
    const worker = await this.#take(gone);
    const { timeLimit, grace } = this.#options;
    const timers: ReturnType<typeof setTimeout>[] = [];
    const killAfter = (time: number): void => {
      timers.push(
        setTimeout(() => {
          worker.kill();
        }, time),
      );
    };
    let giveUp = (): void => undefined;
    const given = new Promise<never>((_, reject) => {
      giveUp = () => {
        // Loading another worker takes longer than a computation that is almost done.
        killAfter(grace);
        reject(reasonOf(gone));
      };
    });
    gone.addEventListener('abort', giveUp);
    const answer = worker.compute(state, (line) => {
      if (!gone.aborted) onLine(line);
    });
    const tooLong = new Promise<never>((_, reject) => {
      // The time limit excludes loading.
      void worker.ready.then(() => {
        const onTimeout = (): void => {
          worker.kill();
          reject(
            new Error(`the computation took longer than ${timeLimit / 1000} s: make the problem smaller`),
          );
        };
        timers.push(setTimeout(onTimeout, timeLimit));
      });
    });
    const free = (): void => {
      gone.removeEventListener('abort', giveUp);
      timers.forEach(clearTimeout);
      this.#giveBack(worker);
    };
    void answer.then(free, free);
    await Promise.race([answer, given, tooLong]);
  }

  /** An idle worker, a new one, or the next one to finish. */
  #take(gone: AbortSignal): Promise<LabWorker> {
    if (gone.aborted) return Promise.reject(reasonOf(gone));
    this.warm();
    const worker = this.#next();
    if (worker) return Promise.resolve(worker);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        give: (next) => {
          gone.removeEventListener('abort', leave);
          resolve(next);
        },
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(reasonOf(gone));
      };
      gone.addEventListener('abort', leave);
      this.#waiting.push(waiting);
    });
  }

  #next(): LabWorker | undefined {
    for (let worker; (worker = this.#idle.shift());) {
      if (worker.ended) continue;
      this.#busy.add(worker);
      return worker;
    }
    return undefined;
  }

  #giveBack(worker: LabWorker): void {
    this.#busy.delete(worker);
    if (!worker.ended && !worker.killed) this.#idle.unshift(worker);
    this.warm();
    if (this.#waiting.length === 0) return;
    const next = this.#next();
    if (next) this.#waiting.shift()!.give(next);
  }

  /** Stops all workers. */
  close(): void {
    this.#closed = true;
    for (const worker of [...this.#idle, ...this.#busy]) worker.kill();
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('the page was closed');
}
