import { expect, it } from 'vitest';
import { CounterStream } from '../../data/index.ts';
import { swapBetween } from '../../mean-field/index.ts';
import { binomial, drawPermutations, drawSubsets, maxInversions, spreadOver } from './draws.ts';

const random = (): CounterStream => new CounterStream(7, 'analysis');
const keys = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).sort();

it('few subsets are all drawn, each once', () => {
  for (const [n, k] of [
    [5, 0],
    [5, 2],
    [5, 5],
    [7, 3],
  ] as const) {
    const { items, all } = drawSubsets(n, k, 35, random());
    expect(all).toBe(true);
    expect(new Set(keys(items)).size).toBe(binomial(n, k));
    for (const item of items) {
      expect(new Set(item).size).toBe(k);
      expect(item.every((i) => i >= 0 && i < n)).toBe(true);
    }
  }
});

it('many subsets are drawn at random, all different, and every member equally often', () => {
  const { items, all } = drawSubsets(12, 4, 400, random());
  expect(all).toBe(false);
  expect(new Set(keys(items)).size).toBe(400);
  const counts = Array.from({ length: 12 }, (_, i) => items.filter((item) => item.includes(i)).length);
  // 400 of 495 without repetition: mean 133, standard deviation about 4.
  for (const count of counts) expect(Math.abs(count - 400 / 3)).toBeLessThan(25);
});

it('permutations have the requested Kendall distance', () => {
  const sizes = [4, 1, 3];
  for (let distance = 0; distance <= maxInversions(sizes); distance++) {
    const { items } = drawPermutations(sizes, distance, 8, random());
    expect(new Set(keys(items)).size).toBe(items.length);
    for (const orders of items) {
      const inverted = orders.map((order) => {
        expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, i) => i));
        return (
          swapBetween(
            order.map((_, i) => i),
            order,
          )?.pairs.length ?? 0
        );
      });
      expect(inverted.reduce((a, b) => a + b, 0)).toBe(distance);
    }
  }
});

it('all permutations of two lists, counted by distance: 4! 2! in total', () => {
  const counts = Array.from({ length: 8 }, (_, distance) => {
    const { items, all } = drawPermutations([4, 2], distance, 1000, random());
    expect(all).toBe(true);
    return items.length;
  });
  // (1 + q)(1 + q + q^2)(1 + q + q^2 + q^3) (1 + q).
  expect(counts).toEqual([1, 4, 8, 11, 11, 8, 4, 1]);
});

it('random permutations are uniform among those with their distance', () => {
  const tallies = new Map<string, number>();
  for (let seed = 0; seed < 600; seed++)
    for (const item of drawPermutations([3, 3], 3, 1, new CounterStream(seed, 'analysis')).items)
      tallies.set(JSON.stringify(item), (tallies.get(JSON.stringify(item)) ?? 0) + 1);
  // (1 + 2q + 2q^2 + q^3)^2 has 10 at q^3.
  expect(tallies.size).toBe(10);
  for (const count of tallies.values()) expect(Math.abs(count - 60)).toBeLessThan(35);
});

it('numbers are evenly spaced over a range including its ends', () => {
  expect(spreadOver(4, 10)).toEqual([0, 1, 2, 3, 4]);
  expect(spreadOver(52, 5)).toEqual([0, 13, 26, 39, 52]);
});
