/** Yields to the event loop, so that signals and finalisers run between two steps. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Seconds since construction, plus those of earlier sessions of the same run. */
export class Stopwatch {
  readonly #started = performance.now();
  readonly #before: number;

  constructor(before = 0) {
    this.#before = before;
  }

  get seconds(): number {
    return this.#before + (performance.now() - this.#started) / 1000;
  }
}
