import { expect, it } from 'vitest';
import { clipTau, initialSchedule, sortByTau, swaps } from './schedule.ts';

it('blocks are sorted by tau, ties by creation index', () => {
  expect(sortByTau([3, 1, 2, 1, 0.5])).toEqual([4, 1, 3, 2, 0]);
  expect(sortByTau([-0, 0, -0])).toEqual([0, 1, 2]);
});

it('a NaN position is rejected, not sorted', () => {
  expect(() => sortByTau([0, NaN])).toThrow('a tau is NaN');
});

it('swaps lists each inverted pair once, with the block that was first before the swap in front', () => {
  expect(swaps([1, 2, 3], [1, 2, 3])).toEqual([]);
  expect(swaps([1, 2, 3], [2.5, 2, 3])).toEqual([[0, 1]]);
  expect(swaps([3, 2, 1], [1, 2, 3])).toEqual([
    [2, 1],
    [2, 0],
    [1, 0],
  ]);
});

it('a move into a tie counts as a swap only if the creation index breaks the tie the other way', () => {
  expect(swaps([1, 2], [2, 2])).toEqual([]);
  expect(swaps([2, 1], [2, 2])).toEqual([[1, 0]]);
});

it('clipping keeps tau in [0, horizon], tauEnd in [tau, horizon] and steps non-negative', () => {
  const tau = Float64Array.of(-1, 0.5, 7);
  const tauEnd = Float64Array.of(-2, 0.2, 9);
  const step = Float64Array.of(-0.1, 0, 2);
  clipTau({ tau, tauEnd, step }, 3);
  expect(Array.from(tau)).toEqual([0, 0.5, 3]);
  expect(Array.from(tauEnd)).toEqual([0, 0.5, 3]);
  expect(Array.from(step)).toEqual([0, 0, 2]);
});

it('with a free end of depth, tau is bounded only from below', () => {
  const tau = Float64Array.of(-1, 1e6);
  clipTau({ tau });
  expect(Array.from(tau)).toEqual([0, 1e6]);
});

it('schedules start with unit gaps', () => {
  expect(initialSchedule('mean-field', 3)).toEqual({ tau: Float64Array.of(1, 2, 3) });
  expect(initialSchedule('intervals', 2)).toEqual({
    tau: Float64Array.of(0, 1),
    tauEnd: Float64Array.of(1, 2),
  });
  expect(initialSchedule('learned-step', 2)).toEqual({ step: Float64Array.of(1, 1) });
  expect(initialSchedule('vanilla', 2)).toEqual({});
});
