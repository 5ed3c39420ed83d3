/** The beat at which the server looks for changes: only while someone waits for it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Time between two looks, in ms. */
const interval = 500;
/** A look may take at most this share of the time. */
const share = 0.1;

export class Pulse {
  readonly #look: () => Promise<void>;
  #took = 0;
  #looks = 0;
  #next: Promise<void> | undefined;

  /** @param look - what is done at each beat */
  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** How often it has looked. */
  get looks(): number {
    return this.#looks;
  }

  /** Resolves after the next look, for all who wait alike; a look that fails is the next one's to mend. */
  next(): Promise<void> {
    this.#next ??= this.#beat().finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }

  async #beat(): Promise<void> {
    await sleep(Math.max(interval, this.#took / share), undefined, { ref: false });
    const started = performance.now();
    await this.#look();
    this.#looks++;
    this.#took = performance.now() - started;
  }
}
