import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { BatchPlan } from './batches.ts';

const epochOf = (plan: BatchPlan, seed: number, epoch: number): number[][] => {
  const order = plan.order(seed, epoch);
  return Array.from({ length: plan.batches }, (_, batch) => [...plan.indices(order, batch)]);
};

describe('an epoch', () => {
  it('has every image once, in full batches and a smaller last one', () => {
    const batches = epochOf(new BatchPlan(103, 10), 1, 0);
    expect(batches.map(({ length }) => length)).toEqual([...new Array<number>(10).fill(10), 3]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 103 }, (_, i) => i));
  });
  it('has no small batch with dropLast, and every batch if the size divides the data', () => {
    expect(epochOf(new BatchPlan(103, 10, { dropLast: true }), 1, 0).map(({ length }) => length)).toEqual(
      new Array<number>(10).fill(10),
    );
    expect(new BatchPlan(100, 10, { dropLast: true }).batches).toBe(10);
    expect(new BatchPlan(100, 10).batches).toBe(10);
  });
  it('has the same order for every batch size', () => {
    const order = epochOf(new BatchPlan(60, 60), 7, 3).flat();
    for (const size of [1, 7, 30]) expect(epochOf(new BatchPlan(60, size), 7, 3).flat()).toEqual(order);
    expect(epochOf(new BatchPlan(60, 7, { dropLast: true }), 7, 3).flat()).toEqual(order.slice(0, 56));
  });
  it('has a different order from the next epoch, and from another seed', () => {
    const plan = new BatchPlan(60, 60);
    const [order] = epochOf(plan, 7, 3);
    expect(epochOf(plan, 7, 4)[0]).not.toEqual(order);
    expect(epochOf(plan, 8, 3)[0]).not.toEqual(order);
    expect(epochOf(new BatchPlan(60, 60), 7, 3)[0]).toEqual(order);
  });
});

describe('wrong arguments', () => {
  it('a batch larger than the data is refused with both numbers', () => {
    for (const dropLast of [false, true]) {
      expect(() => new BatchPlan(100, 128, { dropLast })).toThrow(UsageError);
      expect(() => new BatchPlan(100, 128, { dropLast })).toThrow(/128 images .*100 images/);
    }
    expect(new BatchPlan(128, 128).batches).toBe(1);
  });
  it('a batch size that is not a positive integer is refused', () => {
    for (const size of [0, -1, 1.5, NaN]) expect(() => new BatchPlan(100, size)).toThrow(UsageError);
  });
  it('a batch index beyond the epoch is refused', () => {
    const plan = new BatchPlan(25, 10, { dropLast: true });
    const order = plan.order(0, 0);
    for (const batch of [-1, 2]) expect(() => plan.indices(order, batch)).toThrow(UsageError);
  });
});
