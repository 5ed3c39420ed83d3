/** Limits the number of event streams: each takes a socket and checks files twice a second. */
import { ApiError } from './api-error.ts';

interface StreamLimits {
  readonly total: number;
  readonly perClient: number;
}

export class StreamLimit {
  readonly #limits: StreamLimits;
  readonly #open = new Map<string, number>();
  #total = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /**
   * Takes a slot.
   *
   * @param client - an address
   * @returns a function that releases the slot; further calls have no effect
   * @throws ApiError if no slot is free
   */
  take(client: string): () => void {
    const { total, perClient } = this.#limits;
    const mine = this.#open.get(client) ?? 0;
    if (this.#total >= total || mine >= perClient)
      throw new ApiError(
        503,
        `too many event streams are open (${this.#total}): close other pages of the Studio`,
      );
    this.#total++;
    this.#open.set(client, mine + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#total--;
      const left = (this.#open.get(client) ?? 1) - 1;
      if (left > 0) this.#open.set(client, left);
      else this.#open.delete(client);
    };
  }
}
