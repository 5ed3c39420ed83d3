import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { grad, noGrad, ops, tensor, type Tensor } from '../../tensor/index.ts';
import type { Block } from '../block.ts';
import { identity } from '../flow.ts';
import { createSchedule } from './create.ts';
import { type Scheme, schemes, type ScheduleOptions } from './schedule.ts';

const make = (options: Partial<ScheduleOptions>) =>
  createSchedule({ scheme: 'mean-field', blocks: 2, dtype: 'f64', device: 'cpu', ...options });
const vector = (values: readonly number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });
const affine = (factor: number, offset: number): Block => ({
  velocity: (state, h) => {
    const velocity = ops.addScalar(ops.mulScalar(state, factor), offset);
    return h ? ops.mul(velocity, h) : velocity;
  },
});

it('every scheme trains its own coordinates', () => {
  const names = (scheme: Scheme): string[] => [...make({ scheme }).parameters.keys()];
  expect(Object.fromEntries(schemes.map((scheme) => [scheme, names(scheme)]))).toEqual({
    vanilla: [],
    'mean-field': ['tau'],
    intervals: ['tau', 'tauEnd'],
    'learned-step': ['step'],
  });
});

it.each(schemes)('%s starts as the plain residual net', (scheme) => {
  const blocks = [affine(0.3, 1), affine(-2, 0.7)];
  const vanilla = make({ scheme: 'vanilla' })
    .flow(vector([1, 2]), blocks, identity)
    .toArray();
  expect(
    make({ scheme })
      .flow(vector([1, 2]), blocks, identity)
      .toArray(),
  ).toEqual(vanilla);
  expect(make({ scheme }).snapshot()).toMatchObject({ order: [0, 1], steps: [1, 1] });
});

it.each(schemes)('%s without blocks is the identity and has no parameters', (scheme) => {
  const schedule = make({ scheme, blocks: 0, last: 'pinned' });
  const state = vector([1, 2]);
  expect(schedule.parameters.size).toBe(0);
  expect(schedule.flow(state, [], identity)).toBe(state);
  expect(schedule.settle()).toBeUndefined();
  expect(schedule.snapshot()).toEqual({ order: [], steps: [] });
});

it('learned steps start at 1 or 1/n, stay at 0 or above, and keep the order', () => {
  expect(make({ scheme: 'learned-step', start: 'uniform' }).snapshot().step).toEqual([0.5, 0.5]);
  const schedule = make({ scheme: 'learned-step' });
  const step = schedule.parameters.get('step')!;
  noGrad(() => {
    ops.copy_(step, vector([-0.5, 3]));
  });
  expect(schedule.settle()).toBeUndefined();
  expect(schedule.snapshot()).toEqual({ order: [0, 1], steps: [0, 3], step: [0, 3] });
  const end = schedule.flow(vector([1]), [affine(0, 5), affine(1, 0)], identity);
  expect(end.toArray()).toEqual([4]);
  // A step of 0 still has a derivative: 5 through a block of 1 + 3.
  expect(grad(ops.sum(end), [step])[0]!.toArray()).toEqual([20, 1]);
});

it('unknown names are rejected with a suggestion', () => {
  const refused = (options: object, message: string): void => {
    const wrong = (): unknown => make(options);
    expect(wrong).toThrow(UsageError);
    expect(wrong).toThrow(message);
  };
  refused({ scheme: 'interval' }, 'did you mean intervals');
  refused({ start: 'units' }, 'did you mean unit');
  refused({ last: 'pined' }, 'did you mean pinned');
  refused({ blocks: -1 }, 'blocks');
  refused({ scheme: 'vanilla', reorder: false }, '--no-reorder applies only to the scheme mean-field');
});

it('a schedule rejects another number of blocks than it was created for', () => {
  for (const scheme of ['mean-field', 'learned-step', 'intervals', 'vanilla'] as const)
    for (const count of [1, 3]) {
      const blocks = Array.from({ length: count }, () => affine(1, 0));
      expect(() => make({ scheme }).flow(vector([1]), blocks, identity), `${scheme} ${count}`).toThrow(
        UsageError,
      );
    }
});
