import { describe, expect, it } from 'vitest';
import { denseArray, projections, runIntervals, type DenseArray } from '../../reference/index.ts';
import { grad, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { Block } from '../block.ts';
import { identity, projectPositive } from '../flow.ts';
import { IntervalSchedule } from './intervals.ts';
import type { ScheduleOptions } from './schedule.ts';

const make = (options: Partial<ScheduleOptions> = {}): IntervalSchedule =>
  new IntervalSchedule({ scheme: 'intervals', blocks: 3, dtype: 'f64', device: 'cpu', ...options });

function set(schedule: IntervalSchedule, name: string, values: readonly number[]): void {
  noGrad(() => {
    scope(() => {
      ops.copy_(schedule.parameters.get(name)!, tensor(values, [values.length], { dtype: 'f64' }));
    });
  });
}

function move(schedule: IntervalSchedule, tau: readonly number[], tauEnd: readonly number[]): void {
  set(schedule, 'tau', tau);
  set(schedule, 'tauEnd', tauEnd);
  schedule.projectAndSort();
}

const vector = (values: readonly number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });
const factors = [0.5, -0.75, 1.25];
const offsets = [1, 2, -0.5];
const blocks: Block[] = factors.map((factor, i) => ({
  velocity: (state) => ops.addScalar(ops.mulScalar(state, factor), offsets[i]!),
}));

function derivatives(schedule: IntervalSchedule, used = blocks): { tau: number[]; tauEnd: number[] } {
  const parameters = [...schedule.parameters.values()];
  const [tau, tauEnd] = grad(ops.sum(schedule.flow(vector([1, -2]), used, identity)), parameters);
  return { tau: tau!.toArray(), tauEnd: tauEnd!.toArray() };
}

it('starts as consecutive blocks of width 1 or 1/n', () => {
  expect(make().snapshot()).toEqual({
    order: [0, 1, 2],
    steps: [1, 1, 1],
    tau: [0, 1, 2],
    tauEnd: [1, 2, 3],
  });
  expect(make({ start: 'uniform', blocks: 2 }).snapshot()).toEqual({
    order: [0, 1],
    steps: [0.5, 0.5],
    tau: [0, 0.5],
    tauEnd: [0.5, 1],
  });
});

it('settles with a free and with a pinned end', () => {
  const free = make();
  move(free, [-1, 2.5, 0.5], [2, 1, 9]);
  expect(free.snapshot()).toEqual({
    order: [0, 2, 1],
    steps: [2, 8.5, 0],
    tau: [0, 2.5, 0.5],
    tauEnd: [2, 2.5, 9],
  });
  const pinned = make({ last: 'pinned' });
  move(pinned, [-1, 4, 0.5], [2, 1, 9]);
  expect(pinned.snapshot()).toEqual({
    order: [0, 2, 1],
    steps: [2, 2.5, 0],
    tau: [0, 3, 0.5],
    tauEnd: [2, 3, 3],
  });
});

it('reports which starts changed order', () => {
  const schedule = make();
  set(schedule, 'tau', [1.5, 1, 2]);
  expect(schedule.projectAndSort()).toEqual({ before: [0, 1, 2], after: [1, 0, 2], pairs: [[0, 1]] });
  expect(schedule.projectAndSort()).toBeUndefined();
});

describe.each([
  ['overlapping, out of order', [1.3, 0.2, 0.9], [2.8, 1.1, 2.2]],
  ['gaps', [0.3, 1.4, 3], [0.9, 2.5, 3.5]],
  ['one inside another', [0.4, 1.1, 1.2], [2.7, 1.7, 1.5]],
  ['equal starts', [0.5, 0.5, 1], [1.5, 2, 2.5]],
  ['all starts at 0', [0, 0, 0], [1, 2, 3]],
  ['touching', [0, 1, 2], [1, 2, 3]],
] as const)('%s', (_, tau, tauEnd) => {
  it.each([
    ['free', Infinity],
    ['pinned', 3],
  ] as const)('value and derivatives with a %s end equal the reference', (last, horizon) => {
    const clipped = tauEnd.map((end) => Math.min(end, horizon));
    if (tau.some((start, i) => clipped[i]! - start <= 0)) return;
    for (const name of ['identity', 'relu'] as const) {
      const schedule = make({ last });
      move(schedule, tau, tauEnd);
      const state = vector([1, -2, 0.3]).setRequiresGrad();
      const end = schedule.flow(state, blocks, name === 'relu' ? projectPositive : identity);
      const costate = [0.7, -1.1, 2];
      const [dState, dTau, dEnd] = grad(end, [state, ...schedule.parameters.values()], {
        cotangents: [vector(costate)],
      });
      const dense = (x: ArrayLike<number>): DenseArray => denseArray([3], Float64Array.from(Array.from(x)));
      const reference = runIntervals(
        factors.map((factor, i) => ({
          forward: (x) => ({
            value: dense(x.data.map((v) => factor * v + offsets[i]!)),
            backward: (p) => dense(p.data.map((v) => factor * v)),
          }),
        })),
        projections[name],
        Float64Array.from(tau),
        Float64Array.from(clipped),
        horizon,
        dense([1, -2, 0.3]),
      );
      const expected = reference.backward(dense(costate));
      const close = (actual: Tensor, values: ArrayLike<number>): void => {
        actual.toArray().forEach((value, i) => {
          expect(value).toBeCloseTo(values[i]!, 13);
        });
      };
      close(end, reference.value.data);
      close(dState!, expected.state.data);
      close(dTau!, expected.tau);
      close(dEnd!, expected.tauEnd);
    }
  });
});

it('the state is continuous where two starts cross', () => {
  const schedule = make({ blocks: 2 });
  const end = (tau: readonly number[]): number[] => {
    move(schedule, tau, [2, 2.5]);
    return schedule.flow(vector([1, -2]), blocks.slice(0, 2), identity).toArray();
  };
  const [before, after] = [end([1, 1 + 1e-9]), end([1 + 1e-9, 1])];
  before.forEach((value, i) => {
    expect(after[i]).toBeCloseTo(value, 7);
  });
});

it('a block is evaluated once, on the state at its start', () => {
  const seen: number[] = [];
  const spies = blocks.map((block, i): Block => ({
    velocity: (state) => {
      seen.push(i);
      return block.velocity(state);
    },
  }));
  const schedule = make();
  move(schedule, [1.3, 0.2, 0.9], [2.8, 5, 2.2]);
  schedule.flow(vector([1]), spies, identity);
  expect(seen).toEqual([1, 2, 0]);
});

it('no block acts beyond a pinned end', () => {
  const schedule = make({ blocks: 2, last: 'pinned' });
  const constant: Block = { velocity: (state) => ops.addScalar(ops.mulScalar(state, 0), 1) };
  set(schedule, 'tauEnd', [9, 9]);
  schedule.projectAndSort();
  expect(schedule.flow(vector([0]), [constant, constant], identity).toArray()).toEqual([2 + 1]);
});

it.each(['free', 'pinned'] as const)(
  'an interval of width 0 changes nothing, and can open again (%s end)',
  (last) => {
    const schedule = make({ last });
    move(schedule, [0, 1, 2], [1, 0.5, 3]);
    const without = make({ blocks: 2 });
    move(without, [0, 2], [1, 3]);
    const others = [blocks[0]!, blocks[2]!];
    expect(schedule.flow(vector([1, -2]), blocks, identity).toArray()).toEqual(
      without.flow(vector([1, -2]), others, identity).toArray(),
    );
    const { tau, tauEnd } = derivatives(schedule);
    expect(tauEnd[1]).not.toBe(0);
    // The effect of one more unit of width: the block's velocity, carried to the end by the next block.
    const atOne = without.flow(
      vector([1, -2]),
      [blocks[0]!, { velocity: (x) => ops.mulScalar(x, 0) }],
      identity,
    );
    const velocity = blocks[1]!.velocity(atOne);
    const expected = ops.sum(ops.mulScalar(velocity, 1 + factors[2]!)).item();
    expect(tauEnd[1]).toBeCloseTo(expected, 12);
    expect(tau[1]).toBeCloseTo(-expected, 12);
  },
);

it('every block keeps a derivative when all intervals have width 0', () => {
  for (const last of ['free', 'pinned'] as const)
    for (const [tau, tauEnd] of [
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      [
        [3, 3, 3],
        [3, 3, 3],
      ],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ] as const) {
      const schedule = make({ last });
      move(schedule, tau, tauEnd);
      const weights = blocks.map((_, i) => vector([i + 1, 2]).setRequiresGrad());
      const weighted = weights.map((weight): Block => ({ velocity: (state) => ops.mul(state, weight) }));
      const end = schedule.flow(vector([1, -2]), weighted, identity);
      expect(end.toArray()).toEqual([1, -2]);
      const gradients = grad(ops.sum(end), [...weights, ...schedule.parameters.values()]);
      expect(gradients).toHaveLength(5);
      expect(gradients[4]!.toArray().every((value) => value !== 0)).toBe(true);
    }
});
