/** The flow of a measure, its adjoint, and the gradient of the loss in everything, from states alone. */
import { UsageError } from '../errors.ts';
import { noGrad, ops, scope, type Tensor, zeros } from '../tensor/index.ts';
import { checkParticles } from './families/family.ts';
import type { Family, Wanted } from './families/index.ts';
import { adjointFlow, flow, trajectory } from './flow.ts';
import { slicesOf, type Stage } from './integrators/runge-kutta.ts';
import type { Integrator, Tableau } from './integrators/tableau.ts';
import type { Measure, ParticleMeasure } from './measures/index.ts';
import { checkSteps } from './measures/measure.ts';
import {
  checkProblem,
  finalCostate,
  initialState,
  lossOf,
  type Problem,
  residualOf,
  sampleCount,
} from './problem.ts';

export interface FlowOptions {
  /** Default: euler, which makes the flow a ResNet. */
  readonly integrator?: Integrator | Tableau | undefined;
}

/** A flow with its adjoint. Free it with `scope`. */
export interface Solution {
  readonly problem: Problem;
  readonly family: Family;
  readonly measure: Measure;
  readonly integrator: Integrator | Tableau;
  /** E. */
  readonly loss: number;
  /** X^0 .. X^L, [N, d] each. */
  readonly states: readonly Tensor[];
  /** p^0 .. p^L, [N, d] each, one a sample (without the 1/N of the mean). */
  readonly costates: readonly Tensor[];
}

/** The gradient of E in everything. */
export interface FlowGradient extends Solution {
  /** dE/dtheta, shaped as the measure's theta: h_l w_lj grad_theta G(theta_lj, t_l), summed where a particle acts. */
  readonly theta: Tensor;
  /** dE/dweight, shaped as the measure's weight: h_l G(theta_lj, t_l), summed where a particle acts. */
  readonly weight: Tensor;
  /** dE/dh_l, [L]. */
  readonly steps: Float64Array;
  /** dE/dW2, [d, D], and dE/dW1, [C, d]; undefined where the problem has none. */
  readonly embedding: Tensor | undefined;
  readonly readout: Tensor | undefined;
}

/** The states X^0 .. X^L, [N, d] each. */
export function solveFlow(
  problem: Problem,
  family: Family,
  measure: Measure,
  options: FlowOptions = {},
): Tensor[] {
  checkFit(problem, family, measure);
  return noGrad(() =>
    scope(() => trajectory(slicesOf(family, measure, options), initialState(problem), measure.steps)),
  );
}

/** E(rho) alone. */
export function energy(
  problem: Problem,
  family: Family,
  measure: Measure,
  options: FlowOptions = {},
): number {
  checkFit(problem, family, measure);
  return noGrad(() =>
    scope(() =>
      lossOf(problem, flow(slicesOf(family, measure, options), initialState(problem), measure.steps)).item(),
    ),
  );
}

/** The flow and its adjoint. */
export function solve(
  problem: Problem,
  family: Family,
  measure: Measure,
  options: FlowOptions = {},
): Solution {
  checkFit(problem, family, measure);
  return noGrad(() => scope(() => sweep(problem, family, measure, options)));
}

function sweep(
  problem: Problem,
  family: Family,
  measure: Measure,
  { integrator = 'euler' }: FlowOptions,
  collect?: (stage: Stage) => void,
  wanted: Wanted = { theta: true, weight: true },
): Solution {
  const slices = slicesOf(family, measure, {
    integrator,
    ...(collect && {
      wanted,
      onStage: (stages) => {
        stages.forEach(collect);
      },
    }),
  });
  const states = trajectory(slices, initialState(problem), measure.steps);
  const last = states.at(-1)!;
  const costates = adjointFlow(slices, states, measure.steps, finalCostate(problem, last));
  return { problem, family, measure, integrator, loss: lossOf(problem, last).item(), states, costates };
}

/** The flow, its adjoint, and the gradient of E in particles, weights, steps and both linear maps, in one sweep each way. */
export function flowGradient(
  problem: Problem,
  family: Family,
  measure: ParticleMeasure,
  options: FlowOptions = {},
): FlowGradient {
  if (typeof (measure as Partial<ParticleMeasure>).accumulate !== 'function')
    throw new UsageError(
      'flowGradient needs a measure that is a list of particles: a gridMeasure or an intervalMeasure',
    );
  checkFit(problem, family, measure);
  return noGrad(() =>
    scope(() => {
      const share = 1 / sampleCount(problem);
      const theta = zerosLike(measure.theta);
      const weight = zerosLike(measure.weight);
      const steps = new Float64Array(measure.steps.length);
      const solution = sweep(problem, family, measure, options, ({ l, particles, pullback }) => {
        const h = measure.steps[l] ?? 0;
        measure.accumulate(l, pullback.theta!, theta, share * h);
        measure.accumulate(l, pullback.weight!, weight, share * h);
        // dE/dh = sum over stages of q_s . F(X_s) = sum_j w_j times the cotangent of w_j.
        steps[l] = (steps[l] ?? 0) + share * scope(() => ops.dot(pullback.weight!, particles.weight).item());
      });
      const { states, costates } = solution;
      return {
        ...solution,
        theta,
        weight,
        steps,
        embedding: problem.embedding && outerMean(costates[0]!, problem.inputs, share),
        readout: problem.readout && outerMean(residualOf(problem, states.at(-1)!), states.at(-1)!, share),
      };
    }),
  );
}

/** {@link particleGradient}. */
export interface ParticleGradient {
  /** E. */
  readonly loss: number;
  /** dE/dtheta, as in {@link FlowGradient}. */
  readonly theta: Tensor;
  /** dE/dweight, if wanted. */
  readonly weight: Tensor | undefined;
}

/**
 * {@link flowGradient} without checks and without what moves no particle: what a flow of particles asks for thousands
 * of times. The caller has checked that the shapes fit ({@link checkFit}).
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
      const wanted = { theta: true, weight: options.weight ?? false };
      const { loss } = sweep(
        problem,
        family,
        measure,
        options,
        ({ l, pullback }) => {
          const factor = share * (measure.steps[l] ?? 0);
          measure.accumulate(l, pullback.theta!, theta, factor);
          if (weight) measure.accumulate(l, pullback.weight!, weight, factor);
        },
        wanted,
      );
      return { loss, theta, weight };
    }),
  );
}

/** The mean over samples of p x^T. */
const outerMean = (p: Tensor, x: Tensor, share: number): Tensor =>
  scope(() => ops.mulScalar(ops.mm(ops.transpose(p, 0, 1), x), share));

const zerosLike = (x: Tensor): Tensor => zeros(x.shape, { dtype: x.dtype, device: x.device });

/** @throws UsageError unless the problem is sound and family and particles fit its states. */
export function checkFit(problem: Problem, family: Family, measure: Measure): void {
  checkProblem(problem);
  checkSteps(measure.steps);
  scope(() => {
    checkParticles(family, initialState(problem), measure.particles(0, 0));
  });
}
