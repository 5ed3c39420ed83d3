import { expect, it } from 'vitest';
import { seededUniform, sortByTau, swaps } from '../reference/index.ts';
import { countTies, sortedOrder, swapBetween } from './order.ts';

it('particles are sorted by tau, ties by creation order', () => {
  expect(sortedOrder([2.3, 0.7, 1.9])).toEqual([1, 2, 0]);
  expect(sortedOrder([1, 0, 1, 0, 1])).toEqual([1, 3, 0, 2, 4]);
  expect(sortedOrder([0, -0])).toEqual([0, 1]);
  expect(sortedOrder([])).toEqual([]);
});

it('a swap lists exactly the pairs that changed order', () => {
  expect(swapBetween([0, 1, 2], [0, 1, 2])).toBeUndefined();
  expect(swapBetween([0, 1, 2], [0, 2, 1])).toEqual({ before: [0, 1, 2], after: [0, 2, 1], pairs: [[1, 2]] });
  expect(swapBetween([2, 0, 1], [1, 2, 0])?.pairs).toEqual([
    [2, 1],
    [0, 1],
  ]);
  expect(swapBetween([0, 1, 2], [2, 1, 0])?.pairs).toHaveLength(3);
});

it('a swap keeps copies: later changes of the order do not affect it', () => {
  const [before, after] = [
    [0, 1],
    [1, 0],
  ];
  const swap = swapBetween(before, after);
  before.reverse();
  after.reverse();
  expect(swap).toEqual({ before: [0, 1], after: [1, 0], pairs: [[0, 1]] });
});

it('orders and swaps of random positions, with ties, equal the reference', () => {
  const uniform = seededUniform(1);
  const draw = (): number[] => Array.from({ length: 9 }, () => Math.floor(uniform() * 6));
  for (let round = 0; round < 200; round++) {
    const [before, after] = [draw(), draw()];
    expect(sortedOrder(before)).toEqual(sortByTau(before));
    const pairs = swapBetween(sortedOrder(before), sortedOrder(after))?.pairs ?? [];
    expect(pairs).toEqual(swaps(before, after));
  }
});

it('ties count the particles beyond the first at each depth', () => {
  expect(countTies([1, 2, 3])).toBe(0);
  expect(countTies([1, 2, 1, 1, 2])).toBe(3);
});
