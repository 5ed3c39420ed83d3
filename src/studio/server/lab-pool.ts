/**
 * The children that compute for the lab. A computation cannot be stopped inside its process: who is no longer waited for is
 * killed, and a spare that is loaded already takes the next request.
 */
import { LabWorker } from './lab-worker.ts';

export interface LabPoolOptions {
  /** Starts a child. */
  readonly command: readonly [string, ...string[]];
  /** Children that compute at once; as many are kept loaded. */
  readonly size: number;
  /** Longest computation, in ms. */
  readonly timeLimit: number;
  /** A computation that nobody waits for may go on for so long before its child is killed, in ms. */
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
  /** What each page waits for. */
  readonly #pages = new Map<string, AbortController>();
  #closed = false;

  constructor(options: LabPoolOptions) {
    this.#options = options;
  }

  /** Process numbers of the children that are loaded or loading. */
  get pids(): number[] {
    return [...this.#idle, ...this.#busy].flatMap(({ pid }) => pid ?? []);
  }

  /** Loads the children, so that the first request finds them ready. */
  warm(): void {
    if (this.#closed) return;
    while (this.#idle.filter(({ ended }) => !ended).length + this.#busy.size < this.#options.size)
      this.#idle.push(new LabWorker(this.#options.command));
  }

  /**
   * Computes a lab state; an older request of the same page is given up.
   *
   * @param onLine - told each line of the answer
   * @param signal - the page is gone
   * @throws Error with one line if it was given up, took too long, or the child died
   */
  async compute(
    page: string,
    state: unknown,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#pages.get(page)?.abort(new Error('a newer request of the page took its place'));
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
        // It may be done in a moment: loading another child takes longer.
        killAfter(grace);
        reject(reasonOf(gone));
      };
    });
    gone.addEventListener('abort', giveUp);
    const answer = worker.compute(state, (line) => {
      if (!gone.aborted) onLine(line);
    });
    const tooLong = new Promise<never>((_, reject) => {
      // Loading is not computing.
      void worker.ready.then(() => {
        const tell = (): void => {
          worker.kill();
          reject(
            new Error(`the computation took longer than ${timeLimit / 1000} s: make the problem smaller`),
          );
        };
        timers.push(setTimeout(tell, timeLimit));
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

  /** A child that waits, or a new one, or the next that is done. */
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

  /** Ends all children. */
  close(): void {
    this.#closed = true;
    for (const worker of [...this.#idle, ...this.#busy]) worker.kill();
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('the page is gone');
}
