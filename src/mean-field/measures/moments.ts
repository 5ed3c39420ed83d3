/** Moments and radii of weighted particles, in a slice and over depth. */
import { UsageError } from '../../errors.ts';
import { checkInteger, checkNeededFunction, checkNumber, checkNumbers } from '../../check.ts';
import { checkMeasure } from '../check-kinds.ts';
import { scope } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import type { Measure } from './measure.ts';
import { type Points, readPoints } from './points.ts';
import { finiteResult } from './transport-cost.ts';

/**
 * integral theta drho / integral drho, [k].
 *
 * @throws UsageError if the weights add up to 0
 */
export function meanOf(particles: Particles): Float64Array {
  return centre(readPoints(particles));
}

function centre({ count, k, theta, weight, mass }: Points): Float64Array {
  if (mass === 0) throw new UsageError('weights that add up to 0 have no mean');
  const sum = new Float64Array(k);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < k; c++) sum[c] = sum[c]! + weight[i]! * theta[i * k + c]!;
  return sum.map((x) => finiteResult('the mean', x / mass));
}

/**
 * integral (theta - m)(theta - m)^T drho / integral drho with the mean m, [k, k] row-major: the covariance of the
 * law itself, without the factor n / (n - 1) of an estimator.
 *
 * @throws UsageError if the weights add up to 0
 */
export function covarianceOf(particles: Particles): Float64Array {
  const points = readPoints(particles);
  const { count, k, theta, weight, mass } = points;
  const m = centre(points);
  const sum = new Float64Array(k * k);
  const offset = new Float64Array(k);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < k; c++) offset[c] = theta[i * k + c]! - m[c]!;
    for (let r = 0; r < k; r++) {
      const factor = (weight[i]! * offset[r]!) / mass;
      for (let c = 0; c < k; c++) sum[r * k + c] = sum[r * k + c]! + factor * offset[c]!;
    }
  }
  return sum.map((x) => finiteResult('the covariance', x));
}

/**
 * integral |theta|^2 drho, without normalising the weights.
 *
 * @throws UsageError for invalid particles, or if the moment overflows
 */
export function secondMoment(particles: Particles): number {
  const { count, k, theta, weight } = readPoints(particles);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += weight[i]! * squareOf(theta, i * k, (i + 1) * k);
  return finiteResult('the second moment', sum);
}

/**
 * max |theta| over the particles with non-zero weight; 0 if there are none.
 *
 * @throws UsageError for invalid particles
 */
export function supportRadius(particles: Particles): number {
  const points = readPoints(particles);
  return radiusOf(points, 0, points.k);
}

/**
 * The radius of each part of theta, the largest norm over the particles with non-zero weight.
 *
 * @param parts - lengths of the parts in order, such as [d, d + 1] for the (a, (w, b)) of `bottleneck`
 * @throws UsageError unless the lengths add up to k
 */
export function partRadii(particles: Particles, parts: ArrayLike<number>): number[] {
  const points = readPoints(particles);
  const lengths = checkNumbers('the lengths of the parts', parts);
  lengths.forEach((length, i) => checkInteger(`part ${i}`, length, { min: 1 }));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== points.k)
    throw new UsageError(
      `parts [${lengths.join(', ')}] add up to ${total}, but theta has ${points.k} columns`,
    );
  let from = 0;
  return lengths.map((length) => {
    const radius = radiusOf(points, from, from + length);
    from += length;
    return radius;
  });
}

function radiusOf({ count, k, theta, weight }: Points, from: number, to: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++)
    if (weight[i] !== 0) largest = Math.max(largest, lengthOf(theta.subarray(i * k + from, i * k + to)));
  return finiteResult('the radius', largest);
}

/** |x| for entries whose squares may over- or underflow. */
function lengthOf(x: Float64Array): number {
  const largest = x.reduce((max, one) => Math.max(max, Math.abs(one)), 0);
  if (largest === 0) return 0;
  return largest * Math.sqrt(x.reduce((sum, one) => sum + (one / largest) ** 2, 0));
}

function squareOf(x: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += x[i]! * x[i]!;
  return sum;
}

/**
 * `read` applied to the particles of each step, [L]; `c` is the fraction of the step at which they are evaluated.
 *
 * @throws UsageError unless c lies in [0, 1]
 */
export function mapSlices<T>(measure: Measure, read: (particles: Particles) => T, c = 0): T[] {
  checkMeasure(measure);
  checkNeededFunction('read', read);
  checkNumber('the fraction of a step', c, { min: 0, max: 1 });
  return measure.steps.map((_, l) => scope(() => read(measure.particles(l, c))));
}

/**
 * sum_l h_l read(particles of step l): the integral over depth of a measure that is constant in each step.
 *
 * @throws UsageError as {@link mapSlices}
 */
export function integrateOverDepth(measure: Measure, read: (particles: Particles) => number, c = 0): number {
  return mapSlices(measure, read, c).reduce((sum, value, l) => sum + value * measure.steps[l]!, 0);
}
