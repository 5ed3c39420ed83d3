import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { grad, noGrad, ops, tensor, type Tensor } from '../../tensor/index.ts';
import type { Block } from '../block.ts';
import { identity } from '../flow.ts';
import { createSchedule } from './create.ts';
import * as all from './all.ts';
import { type CoordinateName, trainedCoordinates } from './names.ts';
import { schemes, type ScheduleOptions } from './schedule.ts';

const make = (options: Partial<ScheduleOptions>) =>
  createSchedule({ scheme: 'mean-field', blocks: 2, dtype: 'f64', device: 'cpu', ...options });
const vector = (values: readonly number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });
const affine = (factor: number, offset: number): Block => ({
  velocity: (state, h) => {
    const velocity = ops.addScalar(ops.mulScalar(state, factor), offset);
    return h ? ops.mul(velocity, h) : velocity;
  },
});

it('the two lists of schemes have the same names', () => {
  expect(Object.keys(all).sort()).toEqual([...schemes].sort());
});

it.each(schemes)('%s trains and records the coordinates that its row lists', (scheme) => {
  const schedule = make({ scheme });
  expect([...schedule.parameters.keys()]).toEqual(trainedCoordinates[scheme]);
  expect(Object.keys(schedule.snapshot())).toEqual(['order', 'steps', ...trainedCoordinates[scheme]]);
});

it.each(schemes)('%s: the gradient of its coordinates equals central differences', (scheme) => {
  const blocks = [affine(0.3, 1), affine(-2, 0.7), affine(0.9, -0.4)];
  const schedule = make({ scheme, blocks: 3 });
  const energy = (): Tensor => ops.sum(schedule.flow(vector([1, 2]), blocks, identity));
  const generic: Readonly<Record<CoordinateName, readonly number[]>> = {
    tau: [1.3, 0.2, 0.9],
    tauEnd: [2.8, 1.1, 2.2],
    step: [0.8, 0.3, 1.6],
  };
  const set = (name: string, values: readonly number[]): void => {
    noGrad(() => {
      ops.copy_(schedule.parameters.get(name)!, vector(values));
    });
    schedule.projectAndSort();
  };
  const names: readonly CoordinateName[] = trainedCoordinates[scheme];
  for (const name of [...names].reverse()) set(name, generic[name]);
  for (const name of names) {
    const gradient = grad(energy(), [schedule.parameters.get(name)!])[0]!.toArray();
    const differences = generic[name].map((_, i) => {
      const [above, below] = [1e-5, -1e-5].map((shift) => {
        set(
          name,
          generic[name].map((value, j) => (i === j ? value + shift : value)),
        );
        return energy().item();
      });
      set(name, generic[name]);
      return (above! - below!) / 2e-5;
    });
    expect(gradient.length, name).toBe(differences.length);
    gradient.forEach((value, i) => {
      expect(value, `${name} ${i}`).toBeCloseTo(differences[i]!, 7);
    });
  }
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
  expect(schedule.projectAndSort()).toBeUndefined();
  expect(schedule.snapshot()).toEqual({ order: [], steps: [] });
});

it('learned steps start at 1 or 1/n, stay at 0 or above, and keep the order', () => {
  expect(make({ scheme: 'learned-step', start: 'uniform' }).snapshot().step).toEqual([0.5, 0.5]);
  const schedule = make({ scheme: 'learned-step' });
  const step = schedule.parameters.get('step')!;
  noGrad(() => {
    ops.copy_(step, vector([-0.5, 3]));
  });
  expect(schedule.projectAndSort()).toBeUndefined();
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
