/**
 * Laws of blocks over parameters and depth, rho(theta, t): at each depth a set of weighted particles acts. A
 * measure includes the depth grid on which flows step through it.
 */
import { checkInteger, checkNumber, checkNumbers, checkObject, show, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { ops, Tensor } from '../../tensor/index.ts';
import { checkTensor } from '../../tensor/check-tensor.ts';
import type { Family, Particles } from '../families/index.ts';
import { checkReturned, checkNotPromise } from '../user-function.ts';
import { checkFinite } from '../finite.ts';

/** A law of blocks rho(theta, t) on a grid of depth. */
export interface Measure {
  /** h_0 .. h_{L-1}: the step sizes in depth. */
  readonly steps: readonly number[];
  /** The particles that act in step l, at the fraction c of the step. The caller's scope owns the tensors. */
  particles(l: number, c: number): Particles;
}

/** The measure with depths on its particles if the family depends on depth; otherwise the measure itself. */
export function withDepths<M extends Measure>(family: Pick<Family, 'dependsOnDepth'>, measure: M): M {
  if (!family.dependsOnDepth) return measure;
  const breaks = breaksOf(measure);
  const particles: Measure['particles'] = (l, c) => ({
    ...measure.particles(l, c),
    depth: breaks[l]! + c * measure.steps[l]!,
  });
  return { ...measure, particles };
}

/** A measure made of a list of particles, which a gradient can move. */
export interface ParticleMeasure extends Measure {
  /** [.., k]; one row per particle, in the order of the weights. */
  readonly theta: Tensor;
  /** [..]. */
  readonly weight: Tensor;
  /**
   * Adds `factor` times `part`, the values for the particles of step l, [m, ..], to a tensor with one row per
   * particle of the measure.
   */
  accumulate(l: number, part: Tensor, into: Tensor, factor: number): void;
}

/** A measure whose particles and weights can be replaced by others of the same shape. */
export interface MovableMeasure<M> extends ParticleMeasure {
  withTheta(theta: Tensor): M;
  withWeight(weight: Tensor): M;
}

/**
 * The breaks 0 = t_0, .., t_L. Compensated sums (Neumaier): ten steps of 0.1 end at exactly 1.
 *
 * @throws UsageError unless `measure` has steps
 */
export function breaksOf(measure: Pick<Measure, 'steps'>): number[] {
  checkObject('a measure, such as gridMeasure(theta)', 'measure', measure, 'steps');
  const { steps } = measure;
  let [depth, lost] = [0, 0];
  const after = (h: number): number => {
    const next = depth + h;
    lost += depth >= h ? depth - next + h : h - next + depth;
    depth = next;
    return depth + lost;
  };
  return [0, ...steps.map(after)];
}

/** Depths closer than this are equal: the rounding error of sums of as many steps in another order. */
export function depthRounding(breaks: readonly number[]): number {
  return (breaks.length + 4) * Number.EPSILON * (breaks.at(-1) ?? 0);
}

/** Depth t as a step and a fraction of it. */
interface DepthPosition {
  readonly l: number;
  readonly c: number;
}

/**
 * The step [t_l, t_{l+1}) that contains depth t; the end of the last step belongs to that step. A depth within
 * rounding error of a break counts as that break, and steps of length 0 are skipped.
 *
 * @throws UsageError unless t lies in [0, t_L]
 */
export function positionOf(breaks: readonly number[], t: number): DepthPosition {
  checkNumber('depth', t, { min: 0 });
  const rounding = depthRounding(breaks);
  const end = breaks.at(-1) ?? 0;
  if (t > end + rounding) throw new UsageError(`depth ${t} lies beyond the end of the measure, ${end}`);
  let l = lastAtMost(breaks, t);
  const [start = 0, next = Infinity] = breaks.slice(l, l + 2);
  if (next - t <= Math.min(rounding, (next - start) / 1000)) l = lastAtMost(breaks, next);
  while (l > 0 && breaks[l]! >= end) l--;
  const [from = 0, to = 1] = breaks.slice(l, l + 2);
  return { l, c: Math.min(1, Math.max(0, (t - from) / (to - from))) };
}

/** The last index whose entry is at most t; entries ascend from 0. */
function lastAtMost(breaks: readonly number[], t: number): number {
  let [low, high] = [0, breaks.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (breaks[middle]! <= t) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The index l of the break t_l at that depth.
 *
 * @param what - subject of the error message
 * @throws UsageError unless a step begins or ends at t, up to rounding
 */
export function breakAt(breaks: readonly number[], t: number, what: string): number {
  const { l, c } = positionOf(breaks, t);
  const rounding = depthRounding(breaks);
  if (t - breaks[l]! <= rounding) return l;
  if (breaks[l + 1]! - t <= rounding) return l + 1;
  throw new UsageError(
    `${what} at depth ${t} lies inside step ${l}, [${breaks[l]}, ${breaks[l + 1]}] (at the fraction ${c.toPrecision(3)} of it): ` +
      'use a depth at which a step begins or ends, or finer steps',
  );
}

/** A frozen copy, so that a measure does not change with its caller's list. @throws as {@link checkSteps} */
export function copySteps(steps: ArrayLike<number>): readonly number[] {
  const own = checkNumbers('steps', steps);
  checkSteps(own);
  return own;
}

/** @throws UsageError unless steps are finite, not negative, and not all zero */
export function checkSteps(steps: readonly number[]): void {
  steps.forEach((h, l) => {
    if (!Number.isFinite(h) || h < 0)
      throw new UsageError(`step ${l} in depth is ${h}: steps must be finite and not negative`);
  });
  if (!steps.some((h) => h > 0)) throw new UsageError('a measure needs at least one step of positive length');
}

const floatTypes = ['f32', 'f64', 'bf16'] as const;

/** @throws UsageError unless theta has this rank and is not empty; `shape` describes the expected shape */
export function checkShapeOfTheta(theta: Tensor, rank: number, shape: string): void {
  const given: unknown = theta;
  if (!(given instanceof Tensor)) throw unexpected(`a tensor ${shape}`, 'theta', given);
  if (!(floatTypes as readonly string[]).includes(theta.dtype))
    throw new UsageError(`theta has dtype ${theta.dtype}: expected f32 or f64`);
  if (theta.rank !== rank)
    throw new UsageError(`theta: expected ${shape}, got shape [${theta.shape.join(', ')}]`);
  if (theta.size === 0)
    throw new UsageError(
      `a measure needs at least one particle, got theta of shape [${theta.shape.join(', ')}]`,
    );
}

/** @throws UsageError for negative weights (unless signed), NaN, or mixed dtypes */
export function checkAtoms(theta: Tensor, weight: Tensor, signed = false): void {
  if (theta.dtype !== weight.dtype)
    throw new UsageError(`theta and weight must have the same dtype, got ${theta.dtype} and ${weight.dtype}`);
  checkFinite('theta', theta);
  const weights = weight.toArray();
  const bad = weights.findIndex((w) => !Number.isFinite(w) || (w < 0 && !signed));
  if (bad < 0) return;
  const row = weight.shape[1] ?? 0;
  const place = weight.rank === 2 ? `[${Math.floor(bad / row)}, ${bad % row}]` : String(bad);
  const rule = signed ? 'finite' : 'finite and not negative';
  const advice =
    !signed && Number.isFinite(weights[bad]) ? ' (allow negative weights with { signed: true })' : '';
  throw new UsageError(`weight ${place} is ${weights[bad]}: weights must be ${rule}${advice}`);
}

function checkOne(what: string, values: readonly unknown[]): void {
  const all = new Set(values);
  if (all.size > 1)
    throw new UsageError(`measures to combine must have the same ${what}, got ${[...all].join(' and ')}`);
}

/** All particles in one list. @throws UsageError unless they have one k and one dtype */
export function joined(parts: readonly Particles[]): Particles {
  checkOne(
    'k',
    parts.map(({ theta }) => theta.shape[1]),
  );
  checkOne(
    'dtype',
    parts.map(({ theta }) => theta.dtype),
  );
  return {
    theta: ops.cat(parts.map(({ theta }) => theta)),
    weight: ops.cat(parts.map(({ weight }) => weight)),
  };
}

/** @throws UsageError unless `other` can replace `old` */
export function checkSameShape(name: string, other: Tensor, old: Tensor): void {
  checkTensor(name, other);
  if (other.shape.join() !== old.shape.join())
    throw new UsageError(
      `${name}: expected [${old.shape.join(', ')}], got shape [${other.shape.join(', ')}]`,
    );
  if (other.dtype !== old.dtype)
    throw new UsageError(`${name}: expected ${old.dtype}, the type of the measure, got ${other.dtype}`);
}

/** Checks the result of a user's function. @throws UsageError unless it is particles: theta [M, k] and weight [M] */
export function checkedParticles(what: string, particles: Particles): Particles {
  const given: unknown = particles;
  checkNotPromise(what, given);
  if (typeof given !== 'object' || given === null)
    throw new UsageError(`${what} returned ${show(given)}, expected particles { theta, weight }`);
  const theta = checkReturned(`${what}: theta`, particles.theta, {});
  if (theta.rank !== 2)
    throw new UsageError(`${what}: theta is [${theta.shape.join(', ')}], expected [M, k]`);
  const { dtype, device, shape } = theta;
  checkReturned(`${what}: weight`, particles.weight, { shape: shape.slice(0, 1), dtype, device });
  return particles;
}

/** @throws UsageError unless l is the index of a step */
export function checkStep(l: number, { length }: readonly number[]): void {
  checkInteger('the step in depth', l, { min: 0, max: length - 1 });
}
