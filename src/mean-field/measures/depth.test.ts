import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { denseFlow, velocityField } from '../dense-flow.ts';
import { bottleneck } from '../families/index.ts';
import { stepAt } from '../functional-gradient.ts';
import { solve } from '../gradient.ts';
import { integrate } from '../integrators/index.ts';
import { gridMeasure } from './grid.ts';
import { breakAt, breaksOf, positionOf } from './measure.ts';
import { combination, commonSteps, refineSteps } from './path.ts';

const generator = new Generator(3);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const grid = (slices: number, steps?: readonly number[]) => gridMeasure(normal(slices, 1, 5), { steps });
const problem = { inputs: normal(3, 2), targets: normal(3, 2) };

it('depth l/L is in step l of L equal steps, however it is computed', () => {
  for (const slices of [1, 3, 7, 49, 100]) {
    const measure = { steps: Array.from({ length: slices }, () => 1 / slices), particles: () => undefined! };
    const at = (t: number): number => stepAt({ measure }, t);
    let sum = 0;
    for (let l = 0; l < slices; l++, sum += 1 / slices)
      expect([l / slices, l * (1 / slices), sum, (l + 0.5) / slices, (l + 0.999) / slices].map(at)).toEqual([
        l,
        l,
        l,
        l,
        l,
      ]);
    expect(at(1)).toBe(slices - 1);
    expect(at(sum)).toBe(slices - 1);
  }
});

it('a step as short as rounding errors is a step of its own', () => {
  const steps = [1, 4 * Number.EPSILON, 1];
  const at = (t: number): number => stepAt({ measure: { steps, particles: () => undefined! } }, t);
  expect([0.5, 1, 1 + 2 * Number.EPSILON, 1 + 4 * Number.EPSILON, 2].map(at)).toEqual([0, 1, 1, 2, 2]);
});

it('breaks of equal steps are fractions of their sum', () => {
  for (const slices of [3, 10, 49, 100, 997])
    breaksOf({ steps: Array.from({ length: slices }, () => 1 / slices) }).forEach((t, l) => {
      expect(Math.abs(t - l / slices)).toBeLessThanOrEqual(2 ** -53);
    });
});

it('steps of very different lengths are distinguished', () => {
  const breaks = breaksOf({ steps: [1, 1e-12, 0, 1e-12, 1] });
  expect(positionOf(breaks, 1).l).toBe(1);
  expect(positionOf(breaks, 1 + 0.5e-12).l).toBe(1);
  expect(positionOf(breaks, 1 + 1e-12).l).toBe(3);
  expect(positionOf(breaks, 1.5).l).toBe(4);
  expect(positionOf([0, 0.5, 1, 1], 1)).toEqual({ l: 1, c: 1 });
  expect(positionOf(breaksOf({ steps: [1e-13, 1e-13] }), 1e-13)).toEqual({ l: 1, c: 0 });
});

it('a depth outside the measure is rejected', () => {
  const solution = scope(() => solve(problem, bottleneck(), grid(10)));
  expect(() => stepAt(solution, 1.1)).toThrow(
    new UsageError('depth 1.1 lies beyond the end of the measure, 1'),
  );
  expect(() => stepAt(solution, -0.1)).toThrow('expected a finite number >= 0 for depth, got -0.1');
  expect(() => breakAt([0, 0.5, 1], 0.6, 'a loss')).toThrow(
    'a loss at depth 0.6 lies inside step 1, [0.5, 1] (at the fraction 0.200 of it)',
  );
  expect(breakAt([0, 0.5, 1], 0.5 - 1e-17, 'a loss')).toBe(1);
  expect(breakAt([0, 0.5, 1], 1, 'a loss')).toBe(2);
});

it('the velocity of a grid is that of the slice at t, also if `inside` does not tell the side', () => {
  scope(() => {
    const family = bottleneck();
    const rho = grid(10);
    const field = velocityField(family, rho);
    const x = problem.inputs;
    const slice = (l: number): number[] => family.velocity(x, rho.particles(l, 0)).toArray();
    for (let l = 0; l < 10; l++) {
      expect(field(l / 10, x, l / 10 + 0.05).toArray()).toEqual(slice(l));
      expect(field((l + 1) / 10, x, l / 10 + 0.05).toArray()).toEqual(slice(l));
      // A solver that knows no breaks passes any `inside`.
      expect(field(l / 10 + 0.03, x, 0.5).toArray()).toEqual(slice(l));
    }
    expect(() => field(1.2, x, 0.95)).toThrow('beyond the end of the measure');
    const loose = { relative: 1e-6, absolute: 1e-6 };
    const free = integrate(field, x, [0, 1], loose).states.at(-1)!.toArray();
    const stepped = denseFlow(problem, family, rho, loose).states.at(-1)!.toArray();
    free.forEach((value, i) => {
      expect(value).toBeCloseTo(stepped[i]!, 2);
    });
  });
});

it('refinements find their steps at every scale of depth', () => {
  scope(() => {
    for (const scale of [1e-14, 1, 1e9]) {
      const coarse = grid(2, [0.5 * scale, 0.5 * scale]);
      const fine = refineSteps(coarse, [0.25 * scale, 0.25 * scale, 0.5 * scale]);
      expect(fine.particles(1, 0).theta.toArray()).toEqual(coarse.particles(0, 0).theta.toArray());
      expect(() => refineSteps(coarse, [0.6 * scale, 0.4 * scale])).toThrow(
        'does not lie within one step of the measure',
      );
      const other = grid(
        3,
        [0.2, 0.3, 0.5].map((h) => h * scale),
      );
      expect(commonSteps([coarse, other]).map((h) => Math.round((100 * h) / scale))).toEqual([20, 30, 50]);
      expect(
        combination([
          [1, coarse],
          [1, other],
        ]).particles(1, 0).theta.shape,
      ).toEqual([2, 5]);
    }
    // 0.1 + 0.2 is not 0.3.
    expect(commonSteps([grid(2, [0.3, 0.7]), grid(3, [0.1, 0.2, 0.7])])).toHaveLength(3);
    expect(ops.sum(grid(3).weight).item()).toBe(3);
  });
});
