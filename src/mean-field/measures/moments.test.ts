import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { Generator, noGrad, ops, tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { gridMeasure } from './grid.ts';
import {
  covarianceOf,
  meanOf,
  integrateOverDepth,
  partRadii,
  mapSlices,
  secondMoment,
  supportRadius,
} from './moments.ts';
import { pathMeasure } from './path.ts';

const points = (theta: readonly number[], k: number, weight: readonly number[]): Particles => ({
  theta: tensor(theta, [weight.length, k], { dtype: 'f64' }),
  weight: tensor(weight, [weight.length], { dtype: 'f64' }),
});

const three = points([1, 0, 3, 4, -1, 2], 2, [0.5, 0.25, 0.25]);

it('mean, covariance and second moment by hand', () => {
  expect(Array.from(meanOf(three))).toEqual([1, 1.5]);
  // Offsets (0, -1.5), (2, 2.5), (-2, 0.5).
  expect(Array.from(covarianceOf(three))).toEqual([2, 1, 1, 2.75]);
  expect(secondMoment(three)).toBe(0.5 + 25 / 4 + 5 / 4);
});

it('trace of the covariance + |mean|^2 is the second moment of a law', () => {
  const theta = new Generator(1).normal([50, 3], 'f64');
  const raw = new Generator(2).uniform([50], 'f64');
  const law = { theta, weight: ops.div(raw, ops.sum(raw)) };
  const [mean, covariance] = [meanOf(law), covarianceOf(law)];
  const trace = covariance[0]! + covariance[4]! + covariance[8]!;
  expect(trace + mean.reduce((sum, m) => sum + m * m, 0)).toBeCloseTo(secondMoment(law), 13);
});

it('mean and covariance are those of the normalised law, the second moment that of the measure', () => {
  const heavy = { ...three, weight: ops.mulScalar(three.weight, 8) };
  expect(Array.from(meanOf(heavy))).toEqual([1, 1.5]);
  expect(Array.from(covarianceOf(heavy))).toEqual([2, 1, 1, 2.75]);
  expect(secondMoment(heavy)).toBe(64);
});

it('radii of the support, which ignore weights of 0, and of parts', () => {
  expect(supportRadius(three)).toBe(5);
  expect(supportRadius(points([3, 4, 1, 0], 2, [0, 1]))).toBe(1);
  expect(supportRadius(points([3, 4], 2, [0]))).toBe(0);
  expect(supportRadius(points([3, 4, 1, 0], 2, [-1, 2]))).toBe(5);
  const parts = points([3, 4, 1, 2, 2, 0, 0, -7, 0, 0], 5, [0.5, 0.5]);
  expect(partRadii(parts, [2, 3])).toEqual([5, 7]);
  expect(partRadii(parts, [5])).toEqual([Math.sqrt(49)]);
});

it('over depth: each slice, and the integral', () => {
  const theta = tensor([1, 1, 2, 4, 0, 3], [3, 2, 1], { dtype: 'f64' });
  const rho = gridMeasure(theta, { steps: [0.5, 0.25, 0.25] });
  expect(mapSlices(rho, (slice) => meanOf(slice)[0])).toEqual([1, 3, 1.5]);
  expect(mapSlices(rho, supportRadius)).toEqual([1, 4, 3]);
  expect(integrateOverDepth(rho, secondMoment)).toBe(0.5 * 1 + 0.25 * 10 + 0.25 * 4.5);
  const path = pathMeasure((t) => points([t], 1, [1]), 4);
  expect(integrateOverDepth(path, (slice) => meanOf(slice)[0]!, 0.5)).toBeCloseTo(0.5, 15);
  expect(integrateOverDepth(path, (slice) => meanOf(slice)[0]!)).toBeCloseTo(0.375, 15);
});

it('reads particles that require gradients, and f32', () => {
  const recorded = { ...three, theta: ops.clone(three.theta).setRequiresGrad() };
  expect(secondMoment(recorded)).toBe(8);
  const single = { theta: ops.toDtype(three.theta, 'f32'), weight: ops.toDtype(three.weight, 'f32') };
  expect(noGrad(() => secondMoment(single))).toBe(8);
});

it('input without moments is rejected', () => {
  const none = points([1, 2], 1, [1, -1]);
  expect(() => meanOf(none)).toThrow(new UsageError('weights that add up to 0 have no mean'));
  expect(() => covarianceOf(none)).toThrow(UsageError);
  expect(() => partRadii(three, [1, 2])).toThrow('parts [1, 2] add up to 3, but theta has 2 columns');
  expect(() => partRadii(three, [0, 2])).toThrow('expected an integer >= 1 for part 0');
});
