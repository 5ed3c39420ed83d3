/** Polls for changes, only while someone waits for the result. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Time between two polls, in ms. */
const interval = 500;
/** Largest share of time spent polling. */
const share = 0.1;

export class Poller {
  readonly #poll: () => Promise<void>;
  #took = 0;
  #polls = 0;
  #next: Promise<void> | undefined;

  /** @param poll - called once per interval */
  constructor(poll: () => Promise<void>) {
    this.#poll = poll;
  }

  /** Number of polls so far. */
  get polls(): number {
    return this.#polls;
  }

  /** Resolves after the next poll; all callers share it. If a poll fails, the next one retries. */
  next(): Promise<void> {
    this.#next ??= this.#pollNext().finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }

  async #pollNext(): Promise<void> {
    await sleep(Math.max(interval, this.#took / share), undefined, { ref: false });
    const started = performance.now();
    await this.#poll();
    this.#polls++;
    this.#took = performance.now() - started;
  }
}
