/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): random numbers as a
 * pure function of a key and a counter. A draw depends on what it is for, never on what was drawn before.
 */

import { InternalError } from '../errors.ts';

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** High 32 bits of a 32 x 32 bit product, in 16-bit pieces. */
function multiplyHigh(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0;
}

export type Counter = readonly [number, number, number, number];

/** Four 32-bit words from a 128-bit counter and a 64-bit key. */
export function philox(counter: Counter, key: readonly [number, number]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = [multiplyHigh(multiplier0, c0), Math.imul(multiplier0, c0) >>> 0];
    const [high1, low1] = [multiplyHigh(multiplier1, c2), Math.imul(multiplier1, c2) >>> 0];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** What numbers are drawn for; streams with different names are independent. */
export const streams = { order: 1, augment: 2, synthetic: 3 } as const;

/** The words of one (seed, stream, a, b): as many as are asked for, in order. */
export class CounterStream {
  readonly #key: readonly [number, number];
  readonly #a: number;
  readonly #b: number;
  #block = 0;
  #words: readonly number[] = [];
  #next = 4;

  /** @param seed - up to 2^53 */
  constructor(seed: number, stream: keyof typeof streams, a = 0, b = 0) {
    // The high half of a seed enters the key beside the stream, so that all of its bits count.
    const high = Math.floor(seed / 2 ** 32);
    this.#key = [seed >>> 0, (streams[stream] ^ (high << 8)) >>> 0];
    this.#a = a;
    this.#b = b;
  }

  /** 32 random bits. */
  word(): number {
    if (this.#next === 4) {
      this.#words = philox([this.#block >>> 0, this.#a >>> 0, this.#b >>> 0, 0], this.#key);
      this.#block++;
      this.#next = 0;
    }
    return this.#words[this.#next++] ?? 0;
  }

  /** Uniform on [0, 1), 53 bits. */
  uniform(): number {
    return ((this.word() >>> 5) * 67108864 + (this.word() >>> 6)) / 9007199254740992;
  }

  /** Uniform on 0 .. n - 1, without bias. @param n - 1 to 2^32 */
  below(n: number): number {
    if (!(n >= 1 && n <= 2 ** 32)) throw new InternalError(`no numbers below ${n} can be drawn`);
    const limit = Math.floor(2 ** 32 / n) * n;
    for (;;) {
      const word = this.word();
      if (word < limit) return word % n;
    }
  }

  /** N(0, 1), by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}

/** A uniformly drawn order of 0 .. n - 1 that depends on (seed, epoch) alone. */
export function permutation(seed: number, epoch: number, n: number): Int32Array {
  const random = new CounterStream(seed, 'order', epoch);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
