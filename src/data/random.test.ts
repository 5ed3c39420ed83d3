import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { CounterStream, permutation, philox, streams } from './random.ts';

const hex = (words: readonly number[]): string =>
  words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('philox', () => {
  // Known answers of Random123 (kat_vectors, philox4x32 with 10 rounds).
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ] as const)('gives the published words of counter %j, key %j', (counter, key, words) => {
    expect(hex(philox(counter, key))).toBe(words);
  });

  it('multiplies like 64-bit integers', () => {
    // One round in big integers; ten of them must agree for many counters.
    const mask = 0xffffffffn;
    for (let i = 0n; i < 200n; i++) {
      let c = [1n, 2n, 3n, 4n].map((k) => (i * i * 0x9e3779b97f4a7c15n * k) & mask);
      let k = [(i * 0x85ebca6bn) & mask, (i * 0xc2b2ae35n) & mask];
      const [counter, key] = [c.map(Number), k.map(Number)];
      for (let round = 0; round < 10; round++) {
        const [p0, p1] = [0xd2511f53n * c[0]!, 0xcd9e8d57n * c[2]!];
        c = [(p1 >> 32n) ^ c[1]! ^ k[0]!, p1 & mask, (p0 >> 32n) ^ c[3]! ^ k[1]!, p0 & mask];
        k = [(k[0]! + 0x9e3779b9n) & mask, (k[1]! + 0xbb67ae85n) & mask];
      }
      expect(philox(counter as [number, number, number, number], key as [number, number])).toEqual(
        c.map(Number),
      );
    }
  });
});

describe('a stream', () => {
  const draw = (stream: CounterStream, n = 8): number[] => Array.from({ length: n }, () => stream.word());

  it('yields the words of its blocks in order', () => {
    const words = draw(new CounterStream(5, 'augment', 7, 9));
    const key = [5, streams.augment] as const;
    expect(words).toEqual([...philox([0, 7, 9, 0], key), ...philox([1, 7, 9, 0], key)]);
  });
  it('differs with the seed, its high half, the name and both counters', () => {
    const all = [
      new CounterStream(5, 'augment', 7, 9),
      new CounterStream(6, 'augment', 7, 9),
      new CounterStream(5 + 2 ** 32, 'augment', 7, 9),
      new CounterStream(5 + 2 ** 52, 'augment', 7, 9),
      new CounterStream(5, 'order', 7, 9),
      new CounterStream(5, 'augment', 8, 9),
      new CounterStream(5, 'augment', 9, 7),
      new CounterStream(5, 'augment', 7, 10),
    ].map((stream) => draw(stream).join());
    expect(new Set(all).size).toBe(all.length);
  });
  it('moved to another counter equals a new stream there', () => {
    const stream = new CounterStream(5, 'augment', 1, 2);
    draw(stream, 3);
    expect(draw(stream.at(7, 9))).toEqual(draw(new CounterStream(5, 'augment', 7, 9)));
  });
  it('with a seed that is not a natural number is refused', () => {
    for (const seed of [-1, 0.5, NaN, 2 ** 53])
      expect(() => new CounterStream(seed, 'order')).toThrow(UsageError);
  });

  it('draws integers below n evenly, including both ends', () => {
    const stream = new CounterStream(1, 'order');
    const counts = new Array<number>(9).fill(0);
    for (let i = 0; i < 90_000; i++) counts[stream.below(9)]!++;
    // Chi-squared with 8 degrees of freedom exceeds 26.1 once in a thousand; the seed is fixed.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(26.1);
    expect(stream.below(1)).toBe(0);
  });
  it('draws integers without modulo bias', () => {
    // With n = 3 * 2^30 a plain remainder would give the lower third twice as often.
    const stream = new CounterStream(2, 'order');
    const n = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (stream.below(n) < n / 3) low++;
    expect(Math.abs(low / 30_000 - 1 / 3)).toBeLessThan(0.012);
  });
  it.each([0, -1, 0.5, 2 ** 32 + 1, NaN, Infinity])('refuses to draw below %d', (n) => {
    expect(() => new CounterStream(5, 'order').below(n)).toThrow(UsageError);
  });
  it('draws uniform numbers in [0, 1) with their mean and variance', () => {
    const stream = new CounterStream(3, 'points');
    const n = 100_000;
    let [sum, squares, outside] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const value = stream.uniform();
      if (!(value >= 0 && value < 1)) outside++;
      sum += value;
      squares += value * value;
    }
    expect(outside).toBe(0);
    expect(Math.abs(sum / n - 1 / 2)).toBeLessThan(0.004);
    expect(Math.abs(squares / n - 1 / 3)).toBeLessThan(0.004);
  });
  it('draws normal numbers with their first four moments', () => {
    const stream = new CounterStream(4, 'points');
    const n = 200_000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const value = stream.normal();
      for (let k = 0; k < 4; k++) moments[k]! += value ** (k + 1) / n;
    }
    expect(Math.abs(moments[0]!)).toBeLessThan(0.01);
    expect(Math.abs(moments[1]! - 1)).toBeLessThan(0.015);
    expect(Math.abs(moments[2]!)).toBeLessThan(0.03);
    expect(Math.abs(moments[3]! - 3)).toBeLessThan(0.1);
  });
});

describe('a permutation', () => {
  it('has every number once', () => {
    for (const n of [0, 1, 2, 3, 10, 1000])
      expect([...permutation(1, 0, n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  });
  it('is the same for equal seed and epoch, and differs for others', () => {
    const order = permutation(1, 3, 50).join();
    expect(permutation(1, 3, 50).join()).toBe(order);
    expect(permutation(1, 4, 50).join()).not.toBe(order);
    expect(permutation(2, 3, 50).join()).not.toBe(order);
  });
  it('draws each of the 24 orders of 4 equally often', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 24_000; epoch++) {
      const key = permutation(9, epoch, 4).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-squared with 23 degrees of freedom exceeds 49.7 once in a thousand.
    expect([...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(
      49.7,
    );
  });
});
