import { expect, it } from 'vitest';
import { grad, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { Block } from '../block.ts';
import { identity } from '../flow.ts';
import { MeanFieldSchedule } from './mean-field.ts';
import type { ScheduleOptions } from './schedule.ts';

const make = (options: Partial<ScheduleOptions> = {}): MeanFieldSchedule =>
  new MeanFieldSchedule({ scheme: 'mean-field', blocks: 3, dtype: 'f64', device: 'cpu', ...options });

function move(
  schedule: MeanFieldSchedule,
  tau: readonly number[],
): ReturnType<MeanFieldSchedule['projectAndSort']> {
  noGrad(() => {
    scope(() => {
      ops.copy_(schedule.parameters.get('tau')!, tensor(tau, [tau.length], { dtype: 'f64' }));
    });
  });
  return schedule.projectAndSort();
}

const vector = (values: readonly number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });
const affine = (factor: number, offset: number): Block => ({
  velocity: (state, h) => {
    const velocity = ops.addScalar(ops.mulScalar(state, factor), offset);
    return h ? ops.mul(velocity, h) : velocity;
  },
});
const steps = (schedule: MeanFieldSchedule): number[] => schedule.steps().map((h) => h.item());

it('starts at 1, 2, .., n, or uniformly at 1/n, .., 1', () => {
  expect(make().snapshot()).toEqual({ order: [0, 1, 2], steps: [1, 1, 1], tau: [1, 2, 3] });
  expect(make({ start: 'uniform', blocks: 4 }).snapshot()).toEqual({
    order: [0, 1, 2, 3],
    steps: [0.25, 0.25, 0.25, 0.25],
    tau: [0.25, 0.5, 0.75, 1],
  });
});

it('the steps are the gaps of the sorted tau and add up to the last one', () => {
  const schedule = make();
  const swap = move(schedule, [2.5, 0.75, 1.75]);
  expect(swap).toEqual({
    before: [0, 1, 2],
    after: [1, 2, 0],
    pairs: [
      [0, 1],
      [0, 2],
    ],
  });
  expect(steps(schedule)).toEqual([0.75, 1, 0.75]);
  expect(schedule.snapshot()).toEqual({ order: [1, 2, 0], steps: [0.75, 1, 0.75], tau: [2.5, 0.75, 1.75] });
});

it('each swap is reported once', () => {
  const schedule = make();
  expect(move(schedule, [2, 1, 3])?.pairs).toEqual([[0, 1]]);
  expect(move(schedule, [2.1, 1, 3])).toBeUndefined();
  expect(move(schedule, [1, 2, 3])?.pairs).toEqual([[1, 0]]);
});

it('blocks act in the order of tau, each over its own gap', () => {
  const schedule = make({ blocks: 2 });
  const blocks = [affine(1, 0), affine(0, 1)];
  expect(schedule.flow(vector([1]), blocks, identity).toArray()).toEqual([3]);
  move(schedule, [1.5, 0.5]);
  expect(schedule.flow(vector([1]), blocks, identity).toArray()).toEqual([3]);
  move(schedule, [1.5, 1]);
  expect(schedule.flow(vector([1]), blocks, identity).toArray()).toEqual([3]);
  move(schedule, [3, 1]);
  expect(schedule.flow(vector([1]), blocks, identity).toArray()).toEqual([6]);
});

it('blocks at the same depth keep their creation order, and the later ones do nothing', () => {
  const schedule = make();
  move(schedule, [1, 2, 1]);
  expect(schedule.snapshot()).toMatchObject({ order: [0, 2, 1], steps: [1, 0, 1] });
  const blocks = [affine(0, 1), affine(0, 10), affine(1e9, 1e9)];
  expect(schedule.flow(vector([0]), blocks, identity).toArray()).toEqual([11]);
});

it('the state jumps where two blocks cross: the gap before them goes to the first', () => {
  const schedule = make({ blocks: 2 });
  const blocks = [affine(0, 1), affine(0, -1)];
  const end = (tau: readonly number[]): number => {
    move(schedule, tau);
    return schedule.flow(vector([0]), blocks, identity).item();
  };
  const gap = 2;
  const [before, after] = [end([gap, gap + 1e-9]), end([gap + 1e-9, gap])];
  expect(before).toBeCloseTo(gap, 8);
  expect(after).toBeCloseTo(-gap, 8);
});

it('the derivative in tau is that of its own gap minus that of the next', () => {
  const schedule = make();
  move(schedule, [2.5, 0.75, 1.75]);
  const blocks = [affine(0, 5), affine(0, 7), affine(0, 11)];
  const end = ops.sum(schedule.flow(vector([0]), blocks, identity));
  const [gradient] = grad(end, [schedule.parameters.get('tau')!]);
  // Order 1, 2, 0: dE/dh = 7, 11, 5.
  expect(gradient!.toArray()).toEqual([5, 7 - 11, 11 - 5]);
});

it('tau stays at 0 or above', () => {
  const schedule = make();
  move(schedule, [-0.5, 2, -3]);
  expect(schedule.snapshot()).toEqual({ order: [0, 2, 1], steps: [0, 0, 2], tau: [0, 2, 0] });
});

it('a pinned end is fixed: its particle has no derivative, and the others stay before it', () => {
  const schedule = make({ last: 'pinned' });
  move(schedule, [3.5, 1.25, 3]);
  expect(schedule.snapshot()).toEqual({ order: [1, 0, 2], steps: [1.25, 1.75, 0], tau: [3, 1.25, 3] });
  expect(steps(schedule)).toEqual([1.25, 1.75, 0]);
  const blocks = [affine(0, 5), affine(0, 7), affine(0, 11)];
  const [gradient] = grad(ops.sum(schedule.flow(vector([0]), blocks, identity)), [
    schedule.parameters.get('tau')!,
  ]);
  expect(gradient!.toArray()).toEqual([5 - 11, 7 - 5, 0]);
});

it('a uniform start is pinned at 1', () => {
  const schedule = make({ last: 'pinned', start: 'uniform', blocks: 2 });
  move(schedule, [7, 1]);
  expect(schedule.snapshot().tau).toEqual([1, 1]);
});

it('without reordering, the order is fixed and negative gaps count as 0, with no derivative', () => {
  const schedule = make({ reorder: false });
  expect(move(schedule, [2.5, 0.75, 1.75])).toBeUndefined();
  expect(schedule.snapshot()).toEqual({ order: [0, 1, 2], steps: [2.5, 0, 1], tau: [2.5, 0.75, 1.75] });
  expect(steps(schedule)).toEqual([2.5, 0, 1]);
  const blocks = [affine(0, 5), affine(0, 7), affine(0, 11)];
  const [gradient] = grad(ops.sum(schedule.flow(vector([0]), blocks, identity)), [
    schedule.parameters.get('tau')!,
  ]);
  expect(gradient!.toArray()).toEqual([5, -11, 11]);
});

it('a snapshot is a copy', () => {
  const schedule = make();
  const before = schedule.snapshot();
  move(schedule, [3, 2, 1]);
  expect(before).toEqual({ order: [0, 1, 2], steps: [1, 1, 1], tau: [1, 2, 3] });
});
