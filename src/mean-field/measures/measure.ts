/**
 * Laws of blocks over parameters and depth, rho(theta, t): what acts at a depth is a set of weighted particles.
 * A measure carries the grid of depth on which it is stepped through.
 */
import { checkInteger } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { allFinite } from '../problem.ts';

export interface Measure {
  /** h_0 .. h_{L-1}: the steps in depth. */
  readonly steps: readonly number[];
  /** The particles that act in step l at the fraction c of it. The tensors belong to the caller's scope. */
  particles(l: number, c: number): Particles;
}

/** A measure that is a list of particles, which a gradient can move. */
export interface ParticleMeasure extends Measure {
  /** [.., k]; one row a particle, in the order of the weights. */
  readonly theta: Tensor;
  /** [..] */
  readonly weight: Tensor;
  /** Adds what belongs to the particles of step l, [m, ..], to a tensor with one row for each particle of the measure. */
  accumulate(l: number, part: Tensor, into: Tensor, factor: number): void;
}

/** A measure whose particles and weights can be replaced by others of the same shape. */
export interface MovableMeasure<M> extends ParticleMeasure {
  withTheta(theta: Tensor): M;
  withWeight(weight: Tensor): M;
}

/** 0 = t_0, .., t_L. */
export function breaksOf({ steps }: Pick<Measure, 'steps'>): number[] {
  let depth = 0;
  return [0, ...steps.map((h) => (depth += h))];
}

/** @throws UsageError unless steps are finite, not negative, and not all zero. */
export function checkSteps(steps: readonly number[]): void {
  steps.forEach((h, l) => {
    if (!Number.isFinite(h) || h < 0)
      throw new UsageError(`step ${l} in depth is ${h}: steps are finite and not negative`);
  });
  if (!steps.some((h) => h > 0)) throw new UsageError('a measure needs at least one step of positive length');
}

/** @throws UsageError unless theta has this rank and holds particles; `shape` says so in words. */
export function checkShapeOfTheta(theta: Tensor, rank: number, shape: string): void {
  if (theta.rank !== rank)
    throw new UsageError(`theta: expected ${shape}, got shape [${theta.shape.join(', ')}]`);
  if (theta.size === 0)
    throw new UsageError(`a measure needs particles, got theta of shape [${theta.shape.join(', ')}]`);
}

/** @throws UsageError for negative weights (unless signed), NaN, numbers of two types. */
export function checkAtoms(theta: Tensor, weight: Tensor, signed = false): void {
  if (theta.dtype !== weight.dtype)
    throw new UsageError(`a measure has one type of numbers: theta ${theta.dtype}, weight ${weight.dtype}`);
  if (!allFinite(theta)) throw new UsageError('theta holds NaN or an infinite number');
  const weights = weight.toArray();
  const bad = weights.findIndex((w) => !Number.isFinite(w) || (w < 0 && !signed));
  if (bad < 0) return;
  const row = weight.shape[1] ?? 0;
  const place = weight.rank === 2 ? `[${Math.floor(bad / row)}, ${bad % row}]` : String(bad);
  const rule = signed ? 'finite' : 'finite and not negative';
  const advice =
    !signed && Number.isFinite(weights[bad]) ? ' (a signed measure says so: { signed: true })' : '';
  throw new UsageError(`weight ${place} is ${weights[bad]}: weights are ${rule}${advice}`);
}

/** @throws UsageError unless `other` may take the place of `old`. */
export function checkSameShape(name: string, other: Tensor, old: Tensor): void {
  if (other.shape.join() !== old.shape.join())
    throw new UsageError(
      `${name}: expected [${old.shape.join(', ')}], got shape [${other.shape.join(', ')}]`,
    );
}

/** @throws UsageError unless l is a step of the measure. */
export function checkStep(l: number, { length }: readonly number[]): void {
  checkInteger('the step in depth', l, { min: 0, max: length - 1 });
}
