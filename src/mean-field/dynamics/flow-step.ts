/** One step of a gradient flow: an explicit Runge-Kutta scheme in theta, in log w, and in the integral of D. */
import { checkNumber } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { finfo, ops, scope, type Tensor } from '../../tensor/index.ts';
import { errorWeights, spacingAt } from '../integrators/adaptive.ts';
import { type Tableau, tableauOf } from '../integrators/tableau.ts';
import type { MovableMeasure } from '../measures/index.ts';
import type { Descent } from './descent-field.ts';

/** The 5(4) pair of Dormand and Prince. */
export const pairTableau: Tableau = tableauOf('dopri5');

/** Error tolerances of the adaptive method. */
export interface Tolerances {
  /**
   * A step is accepted if the root mean square over the entries of theta of (local error) / (absolute + relative
   * |entry|) is at most 1. Default: 1e-6 each.
   */
  readonly relative?: number;
  readonly absolute?: number;
  /** Bound on |dE + integral of D| over a step, relative to that integral. Default: 1e-4. */
  readonly energy?: number;
}

/** The result of one step of a gradient flow. */
interface StepTaken<M> {
  readonly measure: M;
  /** At the new measure. */
  readonly descent: Descent;
  /** The integral of D over the step, by the quadrature of the scheme. */
  readonly dissipated: number;
}

/** The measure after a step ds along - sum_r factor_r k_r: particles move, weights are multiplied. */
function moved<M extends MovableMeasure<M>>(
  measure: M,
  stages: readonly Descent[],
  factors: readonly number[],
  ds: number,
): M {
  const theta = sumOfStages(stages, factors, ({ slope }) => slope);
  const there = theta ? measure.withTheta(ops.add(measure.theta, theta, -ds)) : measure;
  const log = sumOfStages(stages, factors, ({ rate }) => rate);
  return log ? there.withWeight(ops.mul(measure.weight, ops.exp(ops.mulScalar(log, -ds)))) : there;
}

/** sum_r factor_r part(k_r); undefined if no stage has that part. */
function sumOfStages(
  stages: readonly Descent[],
  factors: readonly number[],
  part: (stage: Descent) => Tensor | undefined,
): Tensor | undefined {
  return stages.reduce<Tensor | undefined>((sum, stage, r) => {
    const [factor = 0, one] = [factors[r], part(stage)];
    if (factor === 0 || !one) return sum;
    if (sum) return ops.add(sum, one, factor);
    return factor === 1 ? one : ops.mulScalar(one, factor);
  }, undefined);
}

const quadrature = (stages: readonly Descent[], b: readonly number[], ds: number): number =>
  stages.reduce((sum, { dissipation }, r) => sum + ds * (b[r] ?? 0) * dissipation, 0);

function stagesOf<M extends MovableMeasure<M>>(
  field: (measure: M) => Descent,
  { a, b }: Tableau,
  measure: M,
  here: Descent,
  ds: number,
): Descent[] {
  const stages = [here];
  for (let r = 1; r < b.length; r++) stages.push(field(moved(measure, stages, a[r] ?? [], ds)));
  return stages;
}

/** One step of length ds from a measure and its descent. The caller's scope owns its tensors. */
export function stepOf<M extends MovableMeasure<M>>(
  field: (measure: M) => Descent,
  tableau: Tableau,
  measure: M,
  here: Descent,
  ds: number,
  perturb?: (theta: Tensor, ds: number) => void,
): StepTaken<M> {
  return scope(() => {
    const stages = stagesOf(field, tableau, measure, here, ds);
    const after = moved(measure, stages, tableau.b, ds);
    perturb?.(after.theta, ds);
    return { measure: after, descent: field(after), dissipated: quadrature(stages, tableau.b, ds) };
  });
}

/**
 * A Dormand-Prince step from time s. It is rejected if the error in theta or the defect of the energy identity is
 * too large.
 */
export function adaptiveStep<M extends MovableMeasure<M>>(
  field: (measure: M) => Descent,
  measure: M,
  here: Descent,
  ds: number,
  { relative = 1e-6, absolute = 1e-6, energy = 1e-4 }: Tolerances = {},
  s = 0,
): StepTaken<M> & { readonly accepted: boolean; readonly next: number } {
  for (const [name, bound] of Object.entries({ relative, absolute, energy }))
    checkNumber(`tolerances.${name}`, bound, { above: 0 });
  const taken = scope(() => {
    const stages = stagesOf(field, pairTableau, measure, here, ds);
    const after = moved(measure, stages, pairTableau.b, ds);
    const descent = field(after);
    const dissipated = quadrature(stages, pairTableau.b, ds);
    const local = sumOfStages([...stages, descent], errorWeights, ({ slope }) => slope)!;
    const size = ops.maximum(ops.abs(measure.theta), ops.abs(after.theta));
    const scaled = ops.div(ops.mulScalar(local, ds), ops.addScalar(ops.mulScalar(size, relative), absolute));
    const inTheta = ops.norm(scaled).item() / Math.sqrt(scaled.size);
    // Near the end of the flow, E itself is only accurate to rounding error.
    const known = energy * Math.abs(dissipated) + 9 * finfo(scaled.dtype).unitRoundoff * Math.abs(here.loss);
    const defect = Math.abs(descent.loss - here.loss + dissipated) / known;
    return { measure: after, descent, dissipated, error: Math.max(inTheta, defect) };
  });
  const factor = Number.isFinite(taken.error)
    ? Math.min(5, Math.max(0.2, 0.9 * Math.max(taken.error, 1e-10) ** -0.2))
    : 0.1;
  const accepted = taken.error <= 1;
  if (!accepted && ds * factor < spacingAt(s))
    throw new UsageError(
      `the adaptive flow failed at s = ${s}: even the smallest representable step exceeds the tolerances`,
    );
  return { ...taken, accepted, next: ds * factor };
}
