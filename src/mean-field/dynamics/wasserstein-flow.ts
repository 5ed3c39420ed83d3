/**
 * Gradient flow of the particles of a measure, dtheta_lj/ds = - grad_theta G(theta_lj, t_l), in steps of Euler, of any
 * explicit Runge-Kutta scheme, or of an adaptive pair that watches the energy identity dE/ds = - D.
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

/** A point of the flow. */
export interface FlowPoint<M> {
  /** Steps taken. */
  readonly step: number;
  /** Time of the flow. */
  readonly s: number;
  /** The step that led here; 0 at the start. */
  readonly ds: number;
  /** E. */
  readonly loss: number;
  /** D = - dE/ds. */
  readonly dissipation: number;
  /** The integral of D up to here, by the quadrature that belongs to the scheme (for Euler, the sum of ds D). */
  readonly dissipated: number;
  /** Its tensors are freed when the next step is done: clone what is to be kept. */
  readonly measure: M;
}

export interface WassersteinFlowOptions<M> extends FieldOptions {
  /** How s is stepped. Default: euler. */
  readonly method?: Integrator | Tableau | 'adaptive' | undefined;
  /** The step in s; the first one of the adaptive method. */
  readonly ds: number;
  /** Stops: after that many steps (default 1000), at that time, below that loss, below that D. */
  readonly maxSteps?: number | undefined;
  readonly until?: number | undefined;
  readonly targetLoss?: number | undefined;
  readonly minDissipation?: number | undefined;
  /** Of the adaptive method alone. */
  readonly tolerances?: Tolerances | undefined;
  /**
   * What is done to theta after each step of length ds: noise, a projection. The tensor may be changed in place. Not with the
   * adaptive method.
   */
  readonly perturb?: ((theta: Tensor, ds: number) => void) | undefined;
  /** Called with every point, the start included; `false` stops the flow. */
  readonly onStep?: ((point: FlowPoint<M>) => unknown) | undefined;
}

export type StopReason = 'target' | 'time' | 'steps' | 'still' | 'diverged' | 'asked';

export interface FlowResult<M> extends FlowPoint<M> {
  readonly reason: StopReason;
  /** Steps that the adaptive method did again. */
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
 * Follows the flow from `start` until a stop condition holds.
 *
 * @returns the last point; its tensors belong to the caller's scope
 * @throws UsageError for a step that is not positive, options out of range, shapes that do not fit, an adaptive step that becomes too small; AbortError
 */
export function wassersteinFlow<M extends MovableMeasure<M>>(
  problem: Problem,
  family: Family,
  start: M,
  options: WassersteinFlowOptions<M>,
): FlowResult<M> {
  checkNeededOptions<WassersteinFlowOptions<M>>('wassersteinFlow', options, optionKeys);
  if (options.tolerances) checkOptions('wassersteinFlow: tolerances', options.tolerances, toleranceKeys);
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
      run(descentField(problem, family, start, { weightRate, gradient, integrator }), start, options),
    ),
  );
}

/** @throws UsageError for an option that the method does not read */
function checkEffect<M>({ method = 'euler', tolerances, perturb }: WassersteinFlowOptions<M>): void {
  const name = typeof method === 'string' ? method : method.name;
  if (tolerances !== undefined && method !== 'adaptive')
    throw new UsageError(`tolerances belong to the method adaptive: ${name} takes every step as long as ds`);
  if (perturb !== undefined && method === 'adaptive')
    throw new UsageError(
      'perturb belongs to methods of fixed steps, such as euler: adaptive has no use for it',
    );
}

function run<M extends MovableMeasure<M>>(
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
  const watch = watchCall('wassersteinFlow', options);
  for (;;) {
    if (Number.isFinite(until)) watch(point.s, until);
    else watch(point.step, options.maxSteps ?? defaultMaxSteps);
    const asked = onStep?.(point) === false;
    const reason = asked ? 'asked' : stopReason(point, options);
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
  if (dissipation < minDissipation) return 'still';
  if (s >= until) return 'time';
  return step >= maxSteps ? 'steps' : undefined;
}

/** Frees a descent, and of a measure what neither of two others still uses. */
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
