import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InternalError } from '../errors.ts';
import { type Counter, CounterStream, permutation, philox, streams } from './random.ts';

/** Pearson's statistic of counts against equal expectations. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const draw = (random: CounterStream, count = 8): number[] =>
  Array.from({ length: count }, () => random.word());

describe('Philox4x32-10', () => {
  // kat_vectors of Random123, the authors' library.
  it.each<[Counter, [number, number], Counter]>([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('of counter %j and key %j has the published words', (counter, key, words) => {
    expect(philox(counter, key)).toEqual(words);
  });

  it('agrees with a version in big integers', () => {
    const mask = 0xffffffffn;
    const slow = (counter: Counter, key: readonly [number, number]): number[] => {
      let c = counter.map(BigInt);
      let [k0, k1] = key.map(BigInt) as [bigint, bigint];
      for (let round = 0; round < 10; round++) {
        const [x, y] = [0xd2511f53n * c[0]!, 0xcd9e8d57n * c[2]!];
        c = [(y >> 32n) ^ c[1]! ^ k0, y & mask, (x >> 32n) ^ c[3]! ^ k1, x & mask];
        [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
      }
      return c.map(Number);
    };
    const word = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 0xffff, 0x10000, 0xffff0000, 0xffffffff));
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(philox(counter, key)).toEqual(slow(counter, key));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('a stream', () => {
  it('is the blocks of its counter in order', () => {
    const key: [number, number] = [5, streams.augment];
    expect(draw(new CounterStream(5, 'augment', 3, 4))).toEqual([
      ...philox([0, 3, 4, 0], key),
      ...philox([1, 3, 4, 0], key),
    ]);
  });
  it('differs by its seed, also above 2^32, by its name and by both of its numbers', () => {
    const all = [
      new CounterStream(1, 'order', 2, 3),
      new CounterStream(2, 'order', 2, 3),
      new CounterStream(1 + 2 ** 32, 'order', 2, 3),
      new CounterStream(1 + 2 ** 33, 'order', 2, 3),
      new CounterStream(2 ** 53 - 1, 'order', 2, 3),
      new CounterStream(1, 'augment', 2, 3),
      new CounterStream(1, 'synthetic', 2, 3),
      new CounterStream(1, 'order', 3, 3),
      new CounterStream(1, 'order', 2, 4),
      new CounterStream(1, 'order', 3, 2),
    ].map((random) => draw(random).join());
    expect(new Set(all).size).toBe(all.length);
    expect(draw(new CounterStream(1, 'order', 2, 3)).join()).toBe(all[0]);
  });
  it('has a number for every name', () => {
    expect(new Set(Object.values(streams)).size).toBe(Object.keys(streams).length);
  });
  it('has uniform numbers in [0, 1), evenly', () => {
    const random = new CounterStream(1, 'order');
    const counts = new Array<number>(20).fill(0);
    for (let i = 0; i < 40_000; i++) {
      const value = random.uniform();
      if (!(value >= 0 && value < 1)) throw new Error(`${value} is outside`);
      const bin = Math.floor(20 * value);
      counts[bin] = counts[bin]! + 1;
    }
    // 19 degrees of freedom: 43.8 has probability 0.001.
    expect(chiSquare(counts)).toBeLessThan(43.8);
  });
  it('has normal numbers of mean 0, variance 1 and kurtosis 3', () => {
    const random = new CounterStream(2, 'synthetic');
    const values = Array.from({ length: 100_000 }, () => random.normal());
    const moment = (power: number): number =>
      values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(1e5));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 1e5));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / 1e5));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 1e5));
  });
});

describe('numbers below n', () => {
  // The chi-square values that have probability 0.001 with n - 1 degrees of freedom.
  it.each([
    [2, 10.83],
    [7, 22.46],
    [9, 26.12],
    [100, 148.2],
  ])('are all of 0 .. n - 1, evenly (n = %i)', (n, bound) => {
    const random = new CounterStream(3, 'order', n);
    const counts = new Array<number>(n).fill(0);
    for (let i = 0; i < 1000 * n; i++) {
      const value = random.below(n);
      counts[value] = counts[value]! + 1;
    }
    expect(counts).toHaveLength(n);
    expect(chiSquare(counts)).toBeLessThan(bound);
  });
  it('are even where a plain remainder would prefer the small ones', () => {
    // Of 2^32 words modulo 3 2^30, half would fall into the first third.
    const random = new CounterStream(4, 'order');
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const third = Math.floor(random.below(3 * 2 ** 30) / 2 ** 30);
      counts[third] = counts[third]! + 1;
    }
    expect(chiSquare(counts)).toBeLessThan(13.82);
  });
  it('are whole words for n = 2^32, and 0 for n = 1', () => {
    expect(new CounterStream(5, 'order').below(2 ** 32)).toBe(new CounterStream(5, 'order').word());
    expect(new CounterStream(5, 'order').below(1)).toBe(0);
  });
  it.each([0, -1, 0.5, 2 ** 32 + 1, NaN, Infinity])('do not exist for n = %d', (n) => {
    expect(() => new CounterStream(5, 'order').below(n)).toThrow(InternalError);
  });
});

describe('a permutation', () => {
  it('has every number once', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(1000), fc.nat(300), (seed, epoch, n) => {
        expect([...permutation(seed, epoch, n)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
      { seed: 1 },
    );
  });
  it('depends on the seed and the epoch, and on nothing else', () => {
    const orders = [
      [1, 0],
      [1, 1],
      [2, 0],
      [1 + 2 ** 32, 0],
    ].map(([seed = 0, epoch = 0]) => permutation(seed, epoch, 50).join());
    expect(new Set(orders).size).toBe(orders.length);
    expect(permutation(1, 0, 50).join()).toBe(orders[0]);
  });
  it('is each of the possible ones equally often', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 24_000; epoch++) {
      const order = permutation(6, epoch, 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // 23 degrees of freedom.
    expect(chiSquare([...counts.values()])).toBeLessThan(49.73);
  });
});
