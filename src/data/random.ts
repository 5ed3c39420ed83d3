/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): random numbers as a pure function
 * of a key and a counter. A draw depends on its purpose, never on earlier draws.
 */
import { checkInteger, checkOneOf } from '../check.ts';

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;
const rounds = 10;

/** High 32 bits of a 32 x 32 bit product, in 16-bit pieces. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return (a1 * b1 + (middle >>> 16) + ((a0 * b1 + (middle & 0xffff)) >>> 16)) >>> 0;
}

export type Counter = readonly [number, number, number, number];

/** Like {@link philox}, into four existing words, which avoids allocation in loops. */
function philoxInto(
  words: Uint32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let [c0, c1, c2, c3] = [counter0, counter1, counter2, counter3];
  for (let round = 0; round < rounds; round++) {
    const low0 = Math.imul(multiplier0, c0);
    const low1 = Math.imul(multiplier1, c2);
    const high0 = multiplyHigh(multiplier0, c0);
    const high1 = multiplyHigh(multiplier1, c2);
    c0 = high1 ^ c1 ^ (key0 + Math.imul(round, weyl0));
    c1 = low1;
    c2 = high0 ^ c3 ^ (key1 + Math.imul(round, weyl1));
    c3 = low0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/** Four 32-bit words from a 128-bit counter and a 64-bit key. */
export function philox(counter: Counter, key: readonly [number, number]): [number, number, number, number] {
  const words = new Uint32Array(4);
  philoxInto(words, ...counter, ...key);
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

/** The purpose of the numbers; streams with different names are independent. Names are never reused. */
export const streams = { order: 1, augment: 2, synthetic: 3, points: 4, split: 5, analysis: 6 } as const;

const belowRange = { min: 1, max: 2 ** 32 };

/** The words of one (seed, stream, a, b) in order, without limit. */
export class CounterStream {
  readonly #key0: number;
  readonly #key1: number;
  readonly #words = new Uint32Array(4);
  #a: number;
  #b: number;
  #block = 0;
  #next = 4;

  /** @param seed - up to 2^53 */
  constructor(seed: number, stream: keyof typeof streams, a = 0, b = 0) {
    checkInteger('seed', seed, { min: 0 });
    checkOneOf('stream', stream, Object.keys(streams));
    // The high half of a seed enters the key beside the stream, so that all of its bits count.
    const high = Math.floor(seed / 2 ** 32);
    this.#key0 = seed >>> 0;
    this.#key1 = (streams[stream] ^ (high << 8)) >>> 0;
    this.#a = checkInteger('a', a);
    this.#b = checkInteger('b', b);
  }

  /** Moves to the beginning of (a, b), like a new stream of the same seed and name. */
  at(a: number, b: number): this {
    this.#a = a;
    this.#b = b;
    this.#block = 0;
    this.#next = 4;
    return this;
  }

  /** 32 random bits. */
  word(): number {
    if (this.#next === 4) {
      philoxInto(this.#words, this.#block, this.#a, this.#b, 0, this.#key0, this.#key1);
      this.#block++;
      this.#next = 0;
    }
    return this.#words[this.#next++]!;
  }

  /** Uniform on [0, 1), 53 bits. */
  uniform(): number {
    return ((this.word() >>> 5) * 67108864 + (this.word() >>> 6)) / 9007199254740992;
  }

  /** Uniform on 0 .. n - 1, unbiased. @param n - 1 to 2^32 */
  below(n: number): number {
    checkInteger('n', n, belowRange);
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

/** Shuffles a list uniformly, in place (Fisher and Yates). */
export function shuffle(list: number[] | Int32Array, random: CounterStream): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = list[i]!;
    list[i] = list[j]!;
    list[j] = kept;
  }
}

/** A uniform random permutation of 0 .. n - 1 that depends on (seed, epoch) alone. */
export function permutation(seed: number, epoch: number, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  shuffle(order, new CounterStream(seed, 'order', epoch));
  return order;
}
