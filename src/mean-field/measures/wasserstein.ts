/** Wasserstein distances between weighted particles: W_p^p = min over plans of sum abs(theta_i - theta'_j)^p pi_ij. */
import { checkInteger, checkNumber } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { Generator, noGrad, ops, scope, type Tensor, tensorOver } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { assignment } from './assignment.ts';
import { lineTransport } from './line-transport.ts';
import type { Measure } from './measure.ts';
import { isUniform, type Points, readPair, transportCost } from './points.ts';

/**
 * W_p, exact: for k = 1 with any weights, O(n log n); for k > 1 between equally many particles of equal weight, O(n^3).
 * Measures of mass m are m^{1/p} times as far apart as their laws.
 *
 * @param p - from 1 on
 * @throws UsageError for measures of different mass or k, negative weights, NaN, and for k > 1 where the weights
 * are not equal
 */
export function wasserstein(a: Particles, b: Particles, p = 2): number {
  checkNumber('p', p, { min: 1 });
  const [x, y] = readPair(a, b);
  if (x.k === 1) return lineTransport(x, y, p) ** (1 / p);
  if (x.count !== y.count || !isUniform(x) || !isUniform(y))
    throw new UsageError(
      `exact distances for k = ${x.k} need equally many particles of equal weight, got ${described(x)} and ` +
        `${described(y)}: use sinkhorn or slicedWasserstein`,
    );
  return ((assignment(transportCost(x, y, p), x.count).cost * x.mass) / x.count) ** (1 / p);
}

const described = (x: Points): string => `${x.count} of ${isUniform(x) ? 'equal' : 'unequal'} weight`;

export interface SlicedOptions {
  /** Default: 128. */
  readonly directions?: number | undefined;
  /** Default: 0. The same seed gives the same directions for the same k. */
  readonly seed?: number | undefined;
}

/**
 * Sliced W2: the root of the mean over directions u, uniform on the sphere, of W2^2 of the projections u . theta. At
 * most W2 / sqrt(k) in the mean over all directions, and equal to it for translations.
 *
 * @throws UsageError for measures of different mass or k, negative weights, NaN
 */
export function slicedWasserstein(a: Particles, b: Particles, options: SlicedOptions = {}): number {
  const [x, y] = readPair(a, b);
  return noGrad(() =>
    scope(() => {
      const directions = sliceDirections(x.k, options);
      const count = directions.shape[0] ?? 0;
      const [from, to] = [projections(x, directions), projections(y, directions)];
      let sum = 0;
      for (let r = 0; r < count; r++) sum += lineTransport(from(r), to(r), 2);
      return Math.sqrt(sum / count);
    }),
  );
}

/** The directions of {@link slicedWasserstein}, [directions, k], of length 1. */
export function sliceDirections(k: number, { directions = 128, seed = 0 }: SlicedOptions = {}): Tensor {
  checkInteger('directions', directions, { min: 1 });
  return scope(() => {
    using generator = new Generator(seed);
    const x = generator.normal([directions, k], 'f64');
    return ops.div(x, ops.sqrt(ops.sumDim(ops.mul(x, x), [1], true)));
  });
}

/** Projections of all points on direction r, as points of the line. */
function projections(points: Points, directions: Tensor): (r: number) => Points {
  const { count, k } = points;
  const theta = tensorOver(points.theta, [count, k]);
  const all = ops.mm(directions, ops.transpose(theta, 0, 1)).toTypedArray() as Float64Array;
  return (r) => ({ ...points, k: 1, theta: all.subarray(r * count, (r + 1) * count) });
}

/** Depths that differ by less are one. */
const sameStep = 1e-12;

/**
 * W2 of two measures on one grid of depth, where mass moves within its slice: sqrt(sum_l h_l W2(rho_l, nu_l)^2).
 *
 * @param distance - of two slices; default: exact W2
 * @throws UsageError unless the steps in depth are the same
 */
export function gridWasserstein(
  rho: Measure,
  nu: Measure,
  distance: (a: Particles, b: Particles) => number = wasserstein,
): number {
  if (rho.steps.length !== nu.steps.length)
    throw new UsageError(
      `measures on one grid of depth are compared: they have ${rho.steps.length} and ${nu.steps.length} steps`,
    );
  const sum = rho.steps.reduce((total, h, l) => {
    const other = nu.steps[l]!;
    if (Math.abs(h - other) > sameStep)
      throw new UsageError(`measures on one grid of depth are compared: step ${l} is ${h} and ${other}`);
    return h === 0 ? total : total + h * scope(() => distance(rho.particles(l, 0), nu.particles(l, 0))) ** 2;
  }, 0);
  return Math.sqrt(sum);
}
