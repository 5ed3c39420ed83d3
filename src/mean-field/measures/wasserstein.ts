/**
 * Wasserstein distances between weighted particles: W_p^p = min over plans pi of sum |theta_i - theta'_j|^p pi_ij.
 */
import { throwIfAborted, type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkFunction, checkInteger, checkNumber, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { Generator, noGrad, ops, scope, type Tensor, fromBuffer } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { lineCost } from './line-transport.ts';
import type { Measure } from './measure.ts';
import { bestPlan } from './optimal-transport.ts';
import { type Points, readPair, type Support } from './points.ts';
import { distanceOf, finiteResult, scaledDifference, unitOf } from './transport-cost.ts';
import { checkMeasures } from '../check-kinds.ts';

/**
 * W_p, exact, between measures with any weights and counts: the distance of {@link optimalTransport}, without the
 * plan. k = 1: O(n log n); equal numbers of particles of equal weight: O(n^3); otherwise the network simplex, a
 * few times slower. Measures of mass m are m^{1/p} times as far apart as their normalised laws.
 *
 * @param p - power of the distance, at least 1
 * @throws UsageError for measures of different mass or k, negative weights, NaN
 */
export function wasserstein(a: Particles, b: Particles, p = 2, options: LongCallOptions = {}): number {
  checkNumber('p', p, { min: 1 });
  checkOptions<LongCallOptions>('wasserstein', options, longCallKeys);
  const [x, y] = readPair(a, b);
  return distanceOf(bestPlan(x, y, p, watchCall('wasserstein', options)), x, p);
}

/** Options of {@link sliceDirections}. */
interface DirectionOptions {
  /** Number of random directions. Default: 128. */
  readonly directions?: number | undefined;
  /** Seed of the directions; the same seed and k give the same directions. Default: 0. */
  readonly seed?: number | undefined;
}

/** Options of {@link slicedWasserstein}. */
export interface SlicedOptions extends DirectionOptions, LongCallOptions {}

const directionKeys = { directions: true, seed: true } as const;

/**
 * Sliced W2: the root mean square over directions u, uniform on the sphere, of W2 between the projections u .
 * theta. Averaged over all directions it is at most W2 / sqrt(k), with equality for translations.
 *
 * @throws UsageError for measures of different mass or k, negative weights, NaN
 */
export function slicedWasserstein(a: Particles, b: Particles, options: SlicedOptions = {}): number {
  checkOptions<SlicedOptions>('slicedWasserstein', options, { ...directionKeys, ...longCallKeys });
  const watch = watchCall('slicedWasserstein', options);
  const pair = readPair(a, b);
  const unit = unitOf(...pair);
  const [x, y] = pair.map((points) => centred(points, pair[0].theta, unit)) as [Support, Support];
  return noGrad(() =>
    scope(() => {
      const directions = sliceDirections(x.k, { directions: options.directions, seed: options.seed });
      const count = directions.shape[0] ?? 0;
      const [from, to] = [projections(x, directions), projections(y, directions)];
      let sum = 0;
      for (let r = 0; r < count; r++) {
        const line = lineCost(from(r), to(r), 2);
        sum += line.total * line.unit ** 2;
        watch(r + 1, count);
      }
      return distanceOf({ total: sum / count, unit, vanished: false }, x, 2);
    }),
  );
}

/**
 * The directions of {@link slicedWasserstein}, unit vectors [directions, k].
 *
 * @throws UsageError for an invalid k or unknown options
 */
export function sliceDirections(k: number, options: DirectionOptions = {}): Tensor {
  checkOptions<DirectionOptions>('sliceDirections', options, directionKeys);
  const { directions = 128, seed = 0 } = options;
  checkInteger('k', k, { min: 1 });
  checkInteger('directions', directions, { min: 1 });
  return scope(() => {
    using generator = new Generator(seed);
    const x = generator.normal([directions, k], 'f64');
    return ops.div(x, ops.sqrt(ops.sumDim(ops.mul(x, x), [1], true)));
  });
}

/** The points relative to `centre` and in a unit of length, so that sums over coordinates stay in range. */
function centred(points: Support, centre: Float64Array, unit: number): Support {
  const difference = scaledDifference(unit);
  return { ...points, theta: points.theta.map((value, at) => difference(value, centre[at % points.k]!)) };
}

/** A function that projects all points onto direction r, as points on the line. */
function projections(points: Points, directions: Tensor): (r: number) => Points {
  const { count, k } = points;
  const theta = fromBuffer(points.theta, [count, k]);
  const all = ops.mm(directions, ops.transpose(theta, 0, 1)).toTypedArray() as Float64Array;
  return (r) => ({ ...points, k: 1, theta: all.subarray(r * count, (r + 1) * count) });
}

/** Depths that differ by less are equal. */
const sameStep = 1e-12;

/**
 * W2 between two measures on the same depth grid, where mass moves only within its slice: sqrt(sum_l h_l W2(rho_l,
 * nu_l)^2).
 *
 * @param distance - distance between two slices. Default: exact W2, which sees the signal between its own steps too
 * @throws UsageError unless the steps in depth are equal; AbortError if `signal` aborts
 */
export function gridWasserstein(
  rho: Measure,
  nu: Measure,
  distance: (a: Particles, b: Particles) => number = wasserstein,
  options: LongCallOptions = {},
): number {
  checkMeasures([rho, nu]);
  checkFunction('distance', distance);
  checkOptions<LongCallOptions>('gridWasserstein', options, longCallKeys);
  const watch = watchCall('gridWasserstein', options);
  const exact: typeof distance = (a, b) => {
    const [x, y] = readPair(a, b);
    const plan = bestPlan(x, y, 2, () => {
      throwIfAborted(options.signal, 'gridWasserstein');
    });
    return distanceOf(plan, x, 2);
  };
  const between = distance === wasserstein ? exact : distance;
  if (rho.steps.length !== nu.steps.length)
    throw new UsageError(
      `gridWasserstein needs measures with the same steps in depth, got ${rho.steps.length} and ${nu.steps.length} steps`,
    );
  const whole = rho.steps.reduce((total, h, l) => {
    const other = nu.steps[l]!;
    if (Math.abs(h - other) > sameStep)
      throw new UsageError(
        `gridWasserstein needs measures with the same steps in depth, but step ${l} is ${h} and ${other}`,
      );
    if (h === 0) return total;
    const apart = scope(() => between(rho.particles(l, 0), nu.particles(l, 0)));
    checkNumber(`the distance in step ${l}`, apart, { min: 0 });
    watch(l + 1, rho.steps.length);
    return Math.hypot(total, Math.sqrt(h) * apart);
  }, 0);
  return finiteResult('the distance over depth', whole);
}
