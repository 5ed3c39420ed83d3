/**
 * Laws of blocks over parameters and depth, rho(theta, t): what acts at a depth is a set of weighted particles.
 * A measure carries the grid of depth on which it is stepped through.
 */
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
export function breaksOf({ steps }: Measure): number[] {
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

/** @throws UsageError for an empty measure, negative weights (unless signed), NaN. */
export function checkAtoms(theta: Tensor, weight: Tensor, signed = false): void {
  if (theta.size === 0)
    throw new UsageError(`a measure needs particles, got theta of shape [${theta.shape.join(', ')}]`);
  if (!allFinite(theta)) throw new UsageError('theta holds NaN or an infinite number');
  const weights = weight.toArray();
  const bad = weights.findIndex((w) => !Number.isFinite(w) || (w < 0 && !signed));
  if (bad >= 0)
    throw new UsageError(
      `weight ${bad} is ${weights[bad]}: weights are finite and not negative (a signed measure says so: { signed: true })`,
    );
}
