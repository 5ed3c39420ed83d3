/** The flow of a measure, its adjoint, and the full gradient of the loss, computed from stored states alone. */
import { type LongCallOptions, longCallKeys, watchCall } from '../cancel.ts';
import { checkNumbers, checkOptions } from '../check.ts';
import { checkFit, checkFlow } from './check-flow.ts';
import { checkParticleMeasure } from './check-kinds.ts';
import { noGrad, ops, scope, type Tensor, zeros } from '../tensor/index.ts';
import type { Family, RequestedGradients } from './families/index.ts';
import { adjointFlow, flow, type Slice, statesAt, trajectory } from './flow.ts';
import { slicesOf, type RungeKuttaStage } from './integrators/runge-kutta.ts';
import type { Integrator, Tableau } from './integrators/tableau.ts';
import type { Measure, ParticleMeasure } from './measures/index.ts';
import { breakAt, breaksOf } from './measures/measure.ts';
import {
  checkFlowInput,
  finalCostate,
  type FlowInput,
  initialState,
  type InnerPart,
  innerParts,
  lossOf,
  predictionOf,
  type Problem,
  residualOf,
  sampleCount,
} from './problem.ts';

/** Options of a flow of a measure. */
export interface FlowOptions extends LongCallOptions {
  /** Default: euler, which makes the flow a ResNet. */
  readonly integrator?: Integrator | Tableau | undefined;
}

const flowKeys = { integrator: true, ...longCallKeys } as const;

/** A flow with its adjoint. Free its tensors with `scope`. */
export interface Solution {
  readonly problem: Problem;
  readonly family: Family;
  readonly measure: Measure;
  readonly integrator: Integrator | Tableau;
  /** E. */
  readonly loss: number;
  /** X^0 .. X^L, [N, d] each. */
  readonly states: readonly Tensor[];
  /** p^0 .. p^L, [N, d] each, per sample (without the 1/N of the mean). */
  readonly costates: readonly Tensor[];
}

/** The gradient of E with respect to every parameter. */
export interface FlowGradient extends Solution {
  /**
   * dE/dtheta, with the shape of the measure's theta: h_l w_lj grad_theta G(theta_lj, t_l), summed over the steps
   * in which a particle acts.
   */
  readonly theta: Tensor;
  /**
   * dE/dweight, with the shape of the measure's weight: h_l G(theta_lj, t_l), summed over the steps in which a
   * particle acts.
   */
  readonly weight: Tensor;
  /** dE/dh_l, [L], with inner losses attached to their X^l and with the depths of particles fixed. */
  readonly steps: Float64Array;
  /** dE/dW2, [d, D], and dE/dW1, [C, d]; undefined if the problem has no such map. */
  readonly embedding: Tensor | undefined;
  readonly readout: Tensor | undefined;
  /** dE/dW of each inner loss, [C', d]; undefined for a loss without a readout of its own. */
  readonly innerReadouts: readonly (Tensor | undefined)[];
}

/** Options of {@link solveFlow}. */
export interface SolveFlowOptions extends FlowOptions {
  /** Depths at breaks of the measure. Only the states there are kept, in this order. */
  readonly saveAt?: ArrayLike<number> | undefined;
}

/**
 * The states X^0 .. X^L, [N, d] each, or only those at the depths in `saveAt`. Needs no targets.
 *
 * @throws UsageError for shapes that do not match or options out of range; AbortError if `signal` aborts
 */
export function solveFlow(
  problem: FlowInput | Problem,
  family: Family,
  measure: Measure,
  options: SolveFlowOptions = {},
): Tensor[] {
  checkOptions('solveFlow', options, { ...flowKeys, saveAt: true });
  checkFlow(problem, family, measure);
  return noGrad(() =>
    scope(() => {
      const slices = watched(
        'solveFlow',
        slicesOf(family, measure, { integrator: options.integrator }),
        options,
        1,
      );
      const start = initialState(problem);
      if (options.saveAt === undefined) return trajectory(slices, start, measure.steps);
      const breaks = breaksOf(measure);
      const places = checkNumbers('saveAt', options.saveAt).map((t, i) => breakAt(breaks, t, `saveAt ${i}`));
      const kept = statesAt(slices, start, measure.steps, new Set(places));
      return places.map((l) => kept.get(l)!);
    }),
  );
}

/** Options of {@link predict}. */
export interface PredictOptions extends FlowOptions {
  /** Inputs to use instead of the problem's, [N', D]. */
  readonly inputs?: Tensor | undefined;
}

/**
 * W1 X(x, 1), [N, C]: the prediction of a network. Needs no targets.
 *
 * @throws UsageError for shapes that do not match or options out of range; AbortError if `signal` aborts
 *
 * @example
 * predict({ inputs: x, embedding, readout }, family, measure);
 * predict(problem, family, measure, { inputs: x });
 */
export function predict(
  problem: FlowInput | Problem,
  family: Family,
  measure: Measure,
  options: PredictOptions = {},
): Tensor {
  checkOptions('predict', options, { ...flowKeys, inputs: true });
  checkFlowInput(problem);
  const { embedding, readout } = problem;
  const network = { inputs: options.inputs ?? problem.inputs, embedding, readout };
  checkFlow(network, family, measure);
  return noGrad(() =>
    scope(() => {
      const slices = watched(
        'predict',
        slicesOf(family, measure, { integrator: options.integrator }),
        options,
        1,
      );
      const end = slices.length;
      const last = statesAt(slices, initialState(network), measure.steps, new Set([end])).get(end)!;
      return predictionOf({ readout }, last);
    }),
  );
}

/**
 * E(rho), without its gradient. @throws UsageError and AbortError, as {@link solve}
 *
 * @example
 * console.log(energy(problem, family, measure));
 */
export function energy(
  problem: Problem,
  family: Family,
  measure: Measure,
  options: FlowOptions = {},
): number {
  checkOptions('energy', options, flowKeys);
  checkFit(problem, family, measure);
  return noGrad(() =>
    scope(() => {
      const slices = watched(
        'energy',
        slicesOf(family, measure, { integrator: options.integrator }),
        options,
        1,
      );
      const inner = innerParts(problem, measure);
      const start = initialState(problem);
      if (inner.length === 0) return lossOf(problem, flow(slices, start, measure.steps)).item();
      const wanted = new Set([slices.length, ...inner.map(({ l }) => l)]);
      const states = statesAt(slices, start, measure.steps, wanted);
      return total(problem, inner, (l) => states.get(l)!, slices.length);
    }),
  );
}

/** E from the states at which the losses are evaluated. */
function total(
  problem: Problem,
  inner: readonly InnerPart[],
  stateAt: (l: number) => Tensor,
  end: number,
): number {
  return inner.reduce(
    (sum, part) => sum + part.weight * lossOf(part, stateAt(part.l)).item(),
    lossOf(problem, stateAt(end)).item(),
  );
}

/** Wraps slices to report progress: each step of the flow and, with two passes, of the adjoint. */
function watched(call: string, slices: Slice[], options: LongCallOptions, passes: 1 | 2): Slice[] {
  if (!options.signal && !options.onProgress) return slices;
  const watch = watchCall(call, options);
  let done = 0;
  const report = <T>(result: T): T => {
    watch(++done, passes * slices.length);
    return result;
  };
  return slices.map((slice) => ({
    step: (state, h) => report(slice.step(state, h)),
    adjoint: (state, costate, h) => report(slice.adjoint(state, costate, h)),
  }));
}

/**
 * The flow and its adjoint.
 *
 * @throws UsageError for shapes that do not match or unknown options; AbortError if `signal` aborts
 */
export function solve(
  problem: Problem,
  family: Family,
  measure: Measure,
  options: FlowOptions = {},
): Solution {
  checkOptions('solve', options, flowKeys);
  checkFit(problem, family, measure);
  return noGrad(() => scope(() => sweep('solve', problem, family, measure, options)));
}

function sweep(
  call: string,
  problem: Problem,
  family: Family,
  measure: Measure,
  options: FlowOptions,
  collect?: (stage: RungeKuttaStage) => void,
  requested: RequestedGradients = { theta: true, weight: true },
): Solution {
  const { integrator = 'euler' } = options;
  const plain = slicesOf(family, measure, {
    integrator,
    ...(collect && {
      requested,
      onStage: (stages) => {
        stages.forEach(collect);
      },
    }),
  });
  const slices = watched(call, plain, options, 2);
  const inner = innerParts(problem, measure);
  const states = trajectory(slices, initialState(problem), measure.steps);
  const last = states.at(-1)!;
  const costates = adjointFlow(
    slices,
    states,
    measure.steps,
    finalCostate(problem, last),
    undefined,
    inner.length === 0 ? undefined : innerCostates(inner, states),
  );
  const loss = total(problem, inner, (l) => states[l]!, slices.length);
  return { problem, family, measure, integrator, loss, states, costates };
}

/** The derivatives of the inner losses with respect to their states, by l. */
function innerCostates(inner: readonly InnerPart[], states: readonly Tensor[]): Map<number, Tensor> {
  const slopes = new Map<number, Tensor>();
  for (const part of inner) {
    const slope = ops.mulScalar(finalCostate(part, states[part.l]!), part.weight);
    const before = slopes.get(part.l);
    slopes.set(part.l, before ? ops.add(before, slope) : slope);
  }
  return slopes;
}

/**
 * The flow, its adjoint, and the gradient of E with respect to particles, weights, steps and both linear maps, in
 * one forward and one backward sweep.
 *
 * @throws UsageError for shapes that do not match or unknown options; AbortError if `signal` aborts
 *
 * @example
 * const { loss, costates } = flowGradient(problem, family, measure);
 */
export function flowGradient(
  problem: Problem,
  family: Family,
  measure: ParticleMeasure,
  options: FlowOptions = {},
): FlowGradient {
  checkOptions('flowGradient', options, flowKeys);
  checkParticleMeasure(measure);
  checkFit(problem, family, measure);
  return noGrad(() =>
    scope(() => {
      const share = 1 / sampleCount(problem);
      const theta = zerosLike(measure.theta);
      const weight = zerosLike(measure.weight);
      const steps = new Float64Array(measure.steps.length);
      const solution = sweep(
        'flowGradient',
        problem,
        family,
        measure,
        options,
        ({ l, particles, pullback }) => {
          const h = measure.steps[l] ?? 0;
          measure.accumulate(l, pullback.theta!, theta, share * h);
          measure.accumulate(l, pullback.weight!, weight, share * h);
          // dE/dh = sum over stages of q_s . F(X_s) = sum_j w_j times the cotangent of w_j.
          steps[l] =
            (steps[l] ?? 0) + share * scope(() => ops.dot(pullback.weight!, particles.weight).item());
        },
      );
      const { states, costates } = solution;
      const inReadout = (part: Problem | InnerPart, state: Tensor, factor = 1): Tensor =>
        outerMean(residualOf(part, state), state, share * factor);
      const inner = innerParts(problem, measure);
      const slopes = inner.map((part) => part.readout && inReadout(part, states[part.l]!, part.weight));
      const isOwn = (i: number): boolean => problem.innerLosses?.[i]?.readout !== undefined;
      const shared = slopes.filter((_, i) => !isOwn(i));
      return {
        ...solution,
        theta,
        weight,
        steps,
        embedding: problem.embedding && outerMean(costates[0]!, problem.inputs, share),
        readout:
          problem.readout &&
          shared.reduce<Tensor>((sum, slope) => ops.add(sum, slope!), inReadout(problem, states.at(-1)!)),
        innerReadouts: slopes.map((slope, i) => (isOwn(i) ? slope : undefined)),
      };
    }),
  );
}

/** The result of {@link particleGradient}. */
export interface ParticleGradient {
  /** E. */
  readonly loss: number;
  /** dE/dtheta, as in {@link FlowGradient}. */
  readonly theta: Tensor;
  /** dE/dweight, if requested. */
  readonly weight: Tensor | undefined;
}

/**
 * {@link flowGradient} without checks and without gradients that move no particle, for flows of particles that
 * call it thousands of times. The caller checks shapes first, with `checkFit`.
 */
export function particleGradient(
  problem: Problem,
  family: Family,
  measure: ParticleMeasure,
  options: FlowOptions & { readonly weight?: boolean } = {},
): ParticleGradient {
  return noGrad(() =>
    scope(() => {
      const share = 1 / sampleCount(problem);
      const theta = zerosLike(measure.theta);
      const weight = options.weight ? zerosLike(measure.weight) : undefined;
      const requested = { theta: true, weight: options.weight ?? false };
      const { loss } = sweep(
        'particleGradient',
        problem,
        family,
        measure,
        options,
        ({ l, pullback }) => {
          const factor = share * (measure.steps[l] ?? 0);
          measure.accumulate(l, pullback.theta!, theta, factor);
          if (weight) measure.accumulate(l, pullback.weight!, weight, factor);
        },
        requested,
      );
      return { loss, theta, weight };
    }),
  );
}

/** The mean over samples of the outer products p x^T. */
const outerMean = (p: Tensor, x: Tensor, share: number): Tensor =>
  scope(() => ops.mulScalar(ops.mm(ops.transpose(p, 0, 1), x), share));

const zerosLike = (x: Tensor): Tensor => zeros(x.shape, { dtype: x.dtype, device: x.device });
