/**
 * The gradient flow of the particles of a measure, dtheta_lj/ds = - grad_theta G(theta_lj, t_l), by Euler, any
 * explicit Runge-Kutta scheme, or an adaptive pair that also controls the defect of the energy identity dE/ds = -
 * D.
 */
import { longCallKeys, watchCall } from '../../cancel.ts';
import {
  checkFunction,
  checkInteger,
  checkLimit,
  checkNeededOptions,
  checkNumber,
  checkOptions,
} from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, scope, type Tensor } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { type Integrator, type Tableau, tableauOf } from '../integrators/tableau.ts';
import type { MovableMeasure, ParticleMeasure } from '../measures/index.ts';
import type { Problem } from '../problem.ts';
import { type Descent, descentField, type FieldOptions } from './descent-field.ts';
import { adaptiveStep, pairTableau, stepOf, type Tolerances } from './flow-step.ts';

/** The state of the flow after a step. */
export interface FlowPoint<M> {
  /** Number of steps taken. */
  readonly step: number;
  /** Flow time. */
  readonly s: number;
  /** Length of the last step; 0 at the start. */
  readonly ds: number;
  /** E. */
  readonly loss: number;
  /** D = - dE/ds. */
  readonly dissipation: number;
  /** The integral of D so far, by the quadrature of the scheme (for Euler, the sum of ds D). */
  readonly dissipated: number;
  /** Its tensors are freed after the next step: clone what you keep. */
  readonly measure: M;
}

/** Options of {@link wassersteinFlow}. */
export interface WassersteinFlowOptions<M> extends FieldOptions {
  /** Scheme for stepping s. Default: euler. */
  readonly method?: Integrator | Tableau | 'adaptive' | undefined;
  /** Step length in s; for the adaptive method, the first step. */
  readonly ds: number;
  /** Stop conditions: number of steps (default 1000), flow time, loss, D. */
  readonly maxSteps?: number | undefined;
  readonly until?: number | undefined;
  readonly targetLoss?: number | undefined;
  readonly minDissipation?: number | undefined;
  /** For the adaptive method only. */
  readonly tolerances?: Tolerances | undefined;
  /**
   * Called on theta after each step of length ds, for noise or a projection. It may change the tensor in place.
   * Not available with the adaptive method.
   */
  readonly perturb?: ((theta: Tensor, ds: number) => void) | undefined;
  /** Called with every point, including the start; return `false` to stop. */
  readonly onStep?: ((point: FlowPoint<M>) => unknown) | undefined;
}

/**
 * Why a flow stopped: loss below the target, time reached, step limit, D below its limit, loss or D no longer
 * finite, or on request of `onStep`.
 */
export type StopReason = 'target' | 'time' | 'steps' | 'stationary' | 'diverged' | 'stopped';

/** The last point of a flow, and why it stopped. */
export interface FlowResult<M> extends FlowPoint<M> {
  readonly reason: StopReason;
  /** Number of steps that the adaptive method rejected. */
  readonly rejected: number;
}

const defaultMaxSteps = 1000;

const optionKeys = {
  method: true,
  ds: true,
  maxSteps: true,
  until: true,
  targetLoss: true,
  minDissipation: true,
  tolerances: true,
  perturb: true,
  onStep: true,
  weightRate: true,
  gradient: true,
  integrator: true,
  ...longCallKeys,
} as const;

const toleranceKeys = { relative: true, absolute: true, energy: true } as const;

/**
 * Follows the gradient flow from `start` until a stop condition holds.
 *
 * @returns the last point; the caller's scope owns its tensors
 * @throws UsageError for a step that is not positive, options out of range, shapes that do not match, or an
 * adaptive step that becomes too small; AbortError if `signal` aborts
 *
 * @example
 * const { loss } = wassersteinFlow(problem, family, measure, { ds: 0.5, maxSteps: 100 });
 */
export function wassersteinFlow<M extends MovableMeasure<M>>(
  problem: Problem,
  family: Family,
  start: M,
  options: WassersteinFlowOptions<M>,
): FlowResult<M> {
  checkNeededOptions<WassersteinFlowOptions<M>>('wassersteinFlow', options, optionKeys);
  return flowAs('wassersteinFlow', problem, family, start, options);
}

/** {@link wassersteinFlow} for another call, whose name appears in errors. */
export function flowAs<M extends MovableMeasure<M>>(
  call: string,
  problem: Problem,
  family: Family,
  start: M,
  options: WassersteinFlowOptions<M>,
): FlowResult<M> {
  if (options.tolerances) checkOptions(`${call}: tolerances`, options.tolerances, toleranceKeys);
  checkEffect(options);
  checkNumber('ds', options.ds, { above: 0 });
  checkInteger('maxSteps', options.maxSteps ?? 0, { min: 0 });
  checkLimit('until', options.until ?? 0, { min: 0 });
  checkLimit('targetLoss', options.targetLoss ?? 0);
  checkLimit('minDissipation', options.minDissipation ?? 0);
  checkFunction('perturb', options.perturb);
  checkFunction('onStep', options.onStep);
  const { weightRate, gradient, integrator } = options;
  return noGrad(() =>
    scope(() =>
      run(call, descentField(problem, family, start, { weightRate, gradient, integrator }), start, options),
    ),
  );
}

/** @throws UsageError for an option that the method ignores */
function checkEffect<M>({ method = 'euler', tolerances, perturb }: WassersteinFlowOptions<M>): void {
  const name = typeof method === 'string' ? method : method.name;
  if (tolerances !== undefined && method !== 'adaptive')
    throw new UsageError(
      `tolerances apply only to the method adaptive: ${name} takes fixed steps of length ds`,
    );
  if (perturb !== undefined && method === 'adaptive')
    throw new UsageError('perturb applies only to methods with fixed steps, such as euler, not to adaptive');
}

function run<M extends MovableMeasure<M>>(
  call: string,
  field: (measure: M) => Descent,
  start: M,
  options: WassersteinFlowOptions<M>,
): FlowResult<M> {
  const { method = 'euler', until = Infinity, perturb, onStep } = options;
  const tableau = method === 'adaptive' ? pairTableau : tableauOf(method);
  let here = field(start);
  let point: FlowPoint<M> = { step: 0, s: 0, ds: 0, dissipated: 0, measure: start, ...energyOf(here) };
  let next = options.ds;
  let rejected = 0;
  const watch = watchCall(call, options);
  for (;;) {
    if (Number.isFinite(until)) watch(point.s, until);
    else watch(point.step, options.maxSteps ?? defaultMaxSteps);
    const stopRequested = onStep?.(point) === false;
    const reason = stopRequested ? 'stopped' : stopReason(point, options);
    if (reason) {
      free(here, point.measure, start, point.measure);
      return { ...point, reason, rejected };
    }
    const ds = Math.min(next, until - point.s);
    const tried =
      method === 'adaptive'
        ? adaptiveStep(field, point.measure, here, ds, options.tolerances, point.s)
        : { ...stepOf(field, tableau, point.measure, here, ds, perturb), accepted: true, next, error: 0 };
    next = tried.next;
    if (!tried.accepted) {
      rejected++;
      free(tried.descent, tried.measure, point.measure, start);
      continue;
    }
    free(here, point.measure, tried.measure, start);
    here = tried.descent;
    point = {
      step: point.step + 1,
      s: until - point.s === ds ? until : point.s + ds,
      ds,
      ...energyOf(here),
      dissipated: point.dissipated + tried.dissipated,
      measure: tried.measure,
    };
  }
}

const energyOf = ({ loss, dissipation }: Descent): Pick<Descent, 'loss' | 'dissipation'> => ({
  loss,
  dissipation,
});

function stopReason<M>(
  { step, s, loss, dissipation }: FlowPoint<M>,
  {
    maxSteps = defaultMaxSteps,
    until = Infinity,
    targetLoss = -Infinity,
    minDissipation = -Infinity,
  }: WassersteinFlowOptions<M>,
): StopReason | undefined {
  if (!Number.isFinite(loss) || !Number.isFinite(dissipation)) return 'diverged';
  if (loss < targetLoss) return 'target';
  if (dissipation < minDissipation) return 'stationary';
  if (s >= until) return 'time';
  return step >= maxSteps ? 'steps' : undefined;
}

/** Frees a descent, and those tensors of its measure that neither of two others uses. */
function free<M extends ParticleMeasure>(
  { slope, rate }: Descent,
  measure: M,
  ...others: readonly M[]
): void {
  for (const tensor of [slope, rate, measure.theta, measure.weight]) {
    const used = others.some(({ theta, weight }) => tensor === theta || tensor === weight);
    if (tensor && !used && !tensor.disposed) tensor.dispose();
  }
}
