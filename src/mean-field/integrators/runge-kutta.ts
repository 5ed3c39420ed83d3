/** Slices of depth from a measure under a Runge-Kutta scheme, with the exact adjoint of the discrete step. */
import { checkOptions } from '../../check.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Family, Particles, Pullback, RequestedGradients } from '../families/index.ts';
import type { Slice, StepSize } from '../flow.ts';
import type { Measure } from '../measures/index.ts';
import { withDepths } from '../measures/measure.ts';
import { type Integrator, type Tableau, tableauOf } from './tableau.ts';
import { checkFamily, checkMeasure } from '../check-kinds.ts';

/** One evaluation of the velocity inside a step. */
export interface RungeKuttaStage {
  /** The index of the step, and the fraction of the step in depth. */
  readonly l: number;
  readonly c: number;
  readonly particles: Particles;
  /** X_s, [N, d]: the state at which the velocity is evaluated. */
  readonly state: Tensor;
  /**
   * q_s = b_s p + sum_{r > s} a_rs h grad_x F^T q_r, [N, d]: the final loss changes by h q_s . dF(X_s). Under
   * Euler, q_s = p^{l+1}.
   */
  readonly costate: Tensor;
  /** The requested cotangents of F(X_s) for q_s. */
  readonly pullback: Pullback;
}

/** Options of {@link slicesOf}. */
interface SliceOptions {
  readonly integrator?: Integrator | Tableau | undefined;
  /** Called with the stages of each step during the adjoint sweep; their tensors are freed after the call. */
  readonly onStage?: ((stages: readonly RungeKuttaStage[]) => void) | undefined;
  /** Cotangents that stages contain in addition to that of the state. */
  readonly requested?: RequestedGradients | undefined;
}

/** x + h v, recorded by autograd if h is a tensor. */
const axpy = (x: Tensor, h: StepSize, v: Tensor, factor = 1): Tensor =>
  typeof h === 'number' ? ops.add(x, v, h * factor) : ops.add(x, ops.mul(v, h), factor);

/**
 * The slices of a measure for `flow`, `trajectory` and `adjointFlow`; use `measure.steps` as their step sizes.
 *
 * @throws UsageError for arguments of the wrong kind or an unknown integrator
 */
export function slicesOf(family: Family, given: Measure, options: SliceOptions = {}): Slice[] {
  checkOptions('slicesOf', options, { integrator: true, onStage: true, requested: true });
  checkFamily(family);
  checkMeasure(given);
  const measure = withDepths(family, given);
  const tableau = tableauOf(options.integrator ?? 'euler');
  return measure.steps.map((_, l): Slice => {
    const context = { family, measure, l, tableau };
    return {
      step: (state, h) =>
        scope(() => {
          const { slopes } = run(context, state, h, true);
          return tableau.b.reduce(
            (x, factor, s) => (factor === 0 ? x : axpy(x, h, slopes[s]!, factor)),
            state,
          );
        }),
      adjoint: (state, costate, h) =>
        scope(() => {
          const stages = adjointStages(context, state, costate, h, options.requested);
          options.onStage?.(stages);
          return stages.reduce((p, { pullback }) => axpy(p, h, pullback.state!), costate);
        }),
    };
  });
}

interface StepContext {
  readonly family: Family;
  /** The measure {@link withDepths} of the family. */
  readonly measure: Measure;
  readonly l: number;
  readonly tableau: Tableau;
}

/** The particles and X_s of each stage and, if a later stage or (with `whole`) the step needs it, k_s = F(X_s). */
function run(
  { family, measure, l, tableau: { a, b, c } }: StepContext,
  state: Tensor,
  h: StepSize,
  whole: boolean,
): { particles: Particles[]; states: Tensor[]; slopes: (Tensor | undefined)[] } {
  const states: Tensor[] = [];
  const slopes: (Tensor | undefined)[] = [];
  const particles = b.map((_, s) => measure.particles(l, c[s] ?? 0));
  b.forEach((_, s) => {
    const x = (a[s] ?? []).reduce(
      (sum, factor, r) => (factor === 0 ? sum : axpy(sum, h, slopes[r]!, factor)),
      state,
    );
    states.push(x);
    slopes.push(whole || a.some((row) => row[s]) ? family.velocity(x, particles[s]!) : undefined);
  });
  return { particles, states, slopes };
}

/** The stages of the adjoint of one step, in order of depth, computed from X^l and p^{l+1}. */
export function adjointStages(
  context: StepContext,
  state: Tensor,
  costate: Tensor,
  h: StepSize,
  requested: RequestedGradients = {},
): RungeKuttaStage[] {
  const {
    family,
    l,
    tableau: { a, b, c },
  } = context;
  return scope(() => {
    const { particles, states } = run(context, state, h, false);
    const stages: RungeKuttaStage[] = [];
    for (let s = b.length - 1; s >= 0; s--) {
      const own = b[s] === 1 ? costate : ops.mulScalar(costate, b[s] ?? 0);
      const q = stages.reduce((sum, later, i) => {
        const factor = a[s + 1 + i]?.[s] ?? 0;
        return factor === 0 ? sum : axpy(sum, h, later.pullback.state!, factor);
      }, own);
      const at = { particles: particles[s]!, state: states[s]! };
      const pullback = family.pullback(at.state, at.particles, q, { state: true, ...requested });
      stages.unshift({ l, c: c[s] ?? 0, ...at, costate: q, pullback });
    }
    return stages;
  });
}
