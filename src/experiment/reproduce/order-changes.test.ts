import { expect, it } from 'vitest';
import type { SwapRecord } from '../../runs/index.ts';
import { orderChanges } from './order-changes.ts';

const swap = (stage: string, epoch: number, before: number[], after: number[]): SwapRecord => ({
  step: 10 * epoch + 1,
  epoch,
  stage,
  before,
  after,
  pairs: [],
});

it('changes are counted by stage and epoch, as means over the runs', () => {
  const there = swap('layer1', 0, [0, 1, 2], [1, 0, 2]);
  const back = swap('layer1', 2, [1, 0, 2], [0, 1, 2]);
  const other = swap('layer2', 1, [0, 1], [1, 0]);
  const { runs, stages, lastEpoch } = orderChanges([
    { swaps: [there, other, back], epochs: 3 },
    { swaps: [there], epochs: 3 },
  ]);
  expect(runs).toBe(2);
  expect(stages).toEqual([
    { stage: 'layer1', perRun: 1.5, perEpoch: [1, 0, 0.5], reordered: 0.5 },
    { stage: 'layer2', perRun: 0.5, perEpoch: [0, 0.5, 0], reordered: 0.5 },
  ]);
  expect(lastEpoch).toBe(2);
});

it('runs that never change their order are reported as such', () => {
  expect(orderChanges([{ swaps: [], epochs: 3 }])).toEqual({ runs: 1, stages: [] });
});
