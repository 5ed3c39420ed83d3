import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { BatchPlan } from './batches.ts';

const anyPlan = fc
  .integer({ min: 1, max: 200 })
  .chain((count) => fc.record({ count: fc.constant(count), batchSize: fc.integer({ min: 1, max: count }) }));

const epochOf = (plan: BatchPlan, seed: number, epoch: number): number[][] => {
  const order = plan.order(seed, epoch);
  return Array.from({ length: plan.batches }, (_, batch) => [...plan.indices(order, batch)]);
};

it('every image is in one batch of an epoch, and all batches but the last are full', () => {
  fc.assert(
    fc.property(anyPlan, fc.nat(), fc.nat(100), ({ count, batchSize }, seed, epoch) => {
      const batches = epochOf(new BatchPlan(count, batchSize), seed, epoch);
      expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      for (const batch of batches.slice(0, -1)) expect(batch).toHaveLength(batchSize);
      const last = batches.at(-1)?.length ?? 0;
      expect(last).toBeGreaterThan(0);
      expect(last).toBeLessThanOrEqual(batchSize);
    }),
    { seed: 1 },
  );
});

it('the order depends on the seed and the epoch alone, not on batches or on earlier epochs', () => {
  const plan = new BatchPlan(100, 7);
  const later = epochOf(plan, 5, 3);
  epochOf(plan, 5, 0);
  expect(epochOf(plan, 5, 3)).toEqual(later);
  expect(epochOf(new BatchPlan(100, 100), 5, 3).flat()).toEqual(later.flat());
  expect(epochOf(plan, 5, 4)).not.toEqual(later);
  expect(epochOf(plan, 6, 3)).not.toEqual(later);
});

it('a batch may be as large as the data, not larger', () => {
  expect(new BatchPlan(10, 10).batches).toBe(1);
  expect(new BatchPlan(10, 9).batches).toBe(2);
  expect(() => new BatchPlan(10, 11)).toThrow(
    new UsageError('a batch of 11 images is larger than the data (10 images): use --batch-size 10 or less'),
  );
});

it.each([0, -1, 2.5, NaN])('a batch of %d images is refused', (batchSize) => {
  expect(() => new BatchPlan(10, batchSize)).toThrow(UsageError);
});
