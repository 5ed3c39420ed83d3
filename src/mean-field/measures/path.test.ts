import { expect, it } from 'vitest';
import { Generator, liveTensorCount, ops, tensor } from '../../tensor/index.ts';
import { gridMeasure } from './grid.ts';
import { intervalMeasure } from './interval.ts';
import { breaksOf, type Measure } from './measure.ts';
import {
  combination,
  commonSteps,
  type DepthPath,
  piecewiseConstant,
  mixture,
  refineSteps,
  pathMeasure,
} from './path.ts';

/** One particle at theta = t. */
const clock: DepthPath = (t) => ({
  theta: tensor([t], [1, 1], { dtype: 'f64' }),
  weight: ops.ones([1], 'f64'),
});

const thetaAt = (measure: Measure, l: number, c: number): number[] => measure.particles(l, c).theta.toArray();
const weightAt = (measure: Measure, l: number, c = 0): number[] => measure.particles(l, c).weight.toArray();

const grid = (values: readonly number[], steps?: readonly number[]) =>
  gridMeasure(tensor(values, [values.length, 1, 1], { dtype: 'f64' }), { steps });

it('a path is evaluated at the fraction of its step', () => {
  const rho = pathMeasure(clock, 4);
  expect(rho.steps).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(thetaAt(rho, 2, 0)).toEqual([0.5]);
  expect(thetaAt(rho, 2, 0.5)).toEqual([0.625]);
  expect(thetaAt(rho, 3, 1)).toEqual([1]);
  expect(thetaAt(pathMeasure(clock, [0.5, 2]), 1, 0.25)).toEqual([1]);
});

it('held constant it is evaluated at one fraction of its step, for any c', () => {
  for (const c of [0, 0.3, 1]) {
    expect(thetaAt(piecewiseConstant(pathMeasure(clock, 4), 0), 1, c)).toEqual([0.25]);
    expect(thetaAt(piecewiseConstant(pathMeasure(clock, 4), 0.5), 1, c)).toEqual([0.375]);
  }
});

it('the common grid has each break of all measures once', () => {
  const thirds = grid([1, 2, 3]);
  const halves = pathMeasure(clock, 2);
  const steps = commonSteps([thirds, halves, thirds]);
  expect(steps).toHaveLength(4);
  [1 / 3, 1 / 6, 1 / 6, 1 / 3].forEach((h, l) => {
    expect(steps[l]).toBeCloseTo(h, 15);
  });
  // Sums of 1/10 and of 1/20 differ by rounding, which must not create a step.
  expect(commonSteps([pathMeasure(clock, 10), pathMeasure(clock, 20)])).toHaveLength(20);
});

it('on a finer grid a grid measure is constant in its own steps, a path is evaluated at the same depths', () => {
  const fine = [0.25, 0.25, 0.125, 0.375];
  const constant = refineSteps(grid([7, 8]), fine);
  expect([0, 1, 2, 3].map((l) => thetaAt(constant, l, 0.5))).toEqual([[7], [7], [8], [8]]);
  const path = refineSteps(pathMeasure(clock, 2), fine);
  const depths = breaksOf(path);
  fine.forEach((h, l) => {
    for (const c of [0, 0.5, 1]) expect(thetaAt(path, l, c)[0]).toBeCloseTo(depths[l]! + c * h, 15);
  });
});

it('beyond its end a measure has no mass', () => {
  const rho = refineSteps(grid([7, 8], [0.25, 0.25]), [0.25, 0.25, 0.5]);
  expect([0, 1, 2].map((l) => weightAt(rho, l))).toEqual([[1], [1], [0]]);
  const mixed = mixture(grid([1], [0.5]), grid([2], [1]), 0.25);
  expect(mixed.steps).toEqual([0.5, 0.5]);
  expect([0, 1].map((l) => weightAt(mixed, l))).toEqual([
    [0.75, 0.25],
    [0, 0.25],
  ]);
});

it('a mixture has the particles of both with weights (1 - lambda) w and lambda v, on the common grid', () => {
  const theta = new Generator(1).normal([2, 3, 2], 'f64');
  const weight = new Generator(2).uniform([2, 3], 'f64');
  const rho = gridMeasure(theta, { weight, steps: [0.5, 0.5] });
  const nu = intervalMeasure(new Generator(3).normal([2, 2], 'f64'), { tau: [0, 0.25], tauEnd: [1, 0.75] });
  for (const lambda of [0, 0.3, 1]) {
    const mixed = mixture(rho, nu, lambda);
    expect(mixed.steps).toEqual([0.25, 0.25, 0.25, 0.25]);
    [0, 0, 1, 1].forEach((owner, l) => {
      const own = rho.particles(owner, 0);
      const other = nu.particles(l === 0 ? 0 : l === 3 ? 2 : 1, 0);
      expect(weightAt(mixed, l)).toEqual([
        ...own.weight.toArray().map((w) => w * (1 - lambda)),
        ...other.weight.toArray().map((w) => w * lambda),
      ]);
      expect(thetaAt(mixed, l, 0)).toEqual([...own.theta.toArray(), ...other.theta.toArray()]);
    });
  }
});

it('a combination may be signed: nu - rho has mass 0', () => {
  const difference = combination([
    [1, grid([1, 2])],
    [-1, grid([3, 4])],
  ]);
  expect(weightAt(difference, 1)).toEqual([1, -1]);
  expect(thetaAt(difference, 1, 0)).toEqual([2, 4]);
});

it('a combination creates no tensors but the particles that it returns', () => {
  const parts = [grid([1, 2]), grid([3, 4], [0.3, 0.7])] as const;
  const rho = mixture(...parts, 0.5);
  const longer = refineSteps(parts[0], [0.5, 0.5, 1]);
  for (const particles of [() => rho.particles(0, 0), () => longer.particles(2, 0)]) {
    const before = liveTensorCount();
    const { theta, weight } = particles();
    expect(liveTensorCount()).toBe(before + 2);
    theta.dispose();
    weight.dispose();
  }
});
