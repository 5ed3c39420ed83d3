/**
 * The right-hand side of the gradient flow of a measure in the Wasserstein metric: dtheta_lj/ds = - grad_theta
 * G(theta_lj, t_l), and, if weights move, d log w_lj / ds from the values of G.
 */
import { longCallKeys } from '../../cancel.ts';
import { checkFunction, checkOptions } from '../../check.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { functionalGradient } from '../functional-gradient.ts';
import { checkFit } from '../check-flow.ts';
import { type FlowOptions, type ParticleGradient, particleGradient, solve } from '../gradient.ts';
import type { ParticleMeasure } from '../measures/index.ts';
import { checkReturned, copyFor } from '../user-function.ts';
import type { Problem } from '../problem.ts';
import type { WeightRate } from './weights.ts';
import { checkParticleMeasure } from '../check-kinds.ts';

/** The velocity of the gradient flow at a measure, and the rate at which E falls. */
export interface Descent {
  /** E. */
  readonly loss: number;
  /**
   * grad_theta G of each particle, [.., k], not multiplied by its weight; averaged over the depths in which it
   * acts.
   */
  readonly slope: Tensor;
  /** - d log w / ds, [..]; undefined if weights are fixed. */
  readonly rate: Tensor | undefined;
  /** D = - dE/ds = sum over particles of mass times (|slope|^2 + G rate). */
  readonly dissipation: number;
}

/** dE/dtheta and dE/dweight of a measure, over all samples or a batch. */
export type GradientFunction = (
  problem: Problem,
  family: Family,
  measure: ParticleMeasure,
  options: FlowOptions & { readonly weight?: boolean },
) => ParticleGradient;

/** Options of the right-hand side of a gradient flow. */
export interface FieldOptions extends FlowOptions {
  /** Default: weights are fixed. */
  readonly weightRate?: WeightRate | undefined;
  /** Default: the gradient over all samples. */
  readonly gradient?: GradientFunction | undefined;
}

const fieldKeys = { weightRate: true, gradient: true, integrator: true, ...longCallKeys } as const;

/**
 * The length of depth in which each particle acts, with the shape of the weights: h_l on a grid.
 *
 * @throws UsageError unless the measure is a list of particles
 */
export function durations(measure: ParticleMeasure): Tensor {
  checkParticleMeasure(measure);
  return noGrad(() =>
    scope(() => {
      const depth = ops.zeros(measure.weight.shape, measure.theta.dtype, undefined, measure.theta.device);
      measure.steps.forEach((h, l) => {
        const { weight } = measure.particles(l, 0);
        measure.accumulate(l, ops.addScalar(ops.mulScalar(weight, 0), 1), depth, h);
      });
      return depth;
    }),
  );
}

/**
 * A function that computes the {@link Descent} of measures that differ from `start` only in theta and weights;
 * valid within the scope that creates it. Particles of weight 0 have a slope too: they are transported without
 * affecting E.
 *
 * @throws UsageError unless problem, family and measure match
 */
export function descentField(
  problem: Problem,
  family: Family,
  start: ParticleMeasure,
  options: FieldOptions = {},
): (measure: ParticleMeasure) => Descent {
  checkOptions('descentField', options, fieldKeys);
  checkFunction('weightRate', options.weightRate);
  checkFunction('gradient', options.gradient);
  checkFit(problem, family, start);
  const { weightRate, gradient = particleGradient, integrator } = options;
  const depth = durations(start);
  const massOf = (measure: ParticleMeasure): Mass => scope(() => massive(measure.weight, depth));
  const resting = weightRate ? undefined : massOf(start);
  return (measure) =>
    noGrad(() =>
      scope(() => {
        const { loss, theta, weight } = gradient(problem, family, measure, {
          integrator,
          weight: weightRate !== undefined,
        });
        const mass = resting ?? massOf(measure);
        const divided = ops.mul(theta, mass.inverse);
        const slope = mass.none
          ? ops.add(divided, ops.mul(unweighted(problem, family, measure, options, depth), mass.none))
          : divided;
        // dE/dtheta = mass * slope.
        const transport = inner(theta, divided);
        if (!weightRate) return { loss, slope, rate: undefined, dissipation: transport };
        const { shape, dtype } = measure.weight;
        const given = weightRate(copyFor(measure.weight), ops.div(weight!, positive(depth)));
        const rate = checkReturned('weightRate', given, { shape, dtype });
        return {
          loss,
          slope,
          rate,
          dissipation: transport + inner(ops.mul(weight!, measure.weight), rate),
        };
      }),
    );
}

interface Mass {
  /** 1 / (weight * depth), 0 where that product is 0, [.., 1]. */
  readonly inverse: Tensor;
  /** 1 where the mass is 0, 0 elsewhere, [.., 1]; undefined if no mass is 0. */
  readonly none: Tensor | undefined;
}

function massive(weight: Tensor, depth: Tensor): Mass {
  const mass = ops.unsqueeze(ops.mul(weight, depth), -1);
  const none = zeroIn(mass);
  const inverse = ops.sub(ops.reciprocal(ops.add(mass, none)), none);
  return { inverse, none: ops.sum(none).item() > 0 ? none : undefined };
}

/** 1 where x is 0, 0 elsewhere. */
const zeroIn = (x: Tensor): Tensor => ops.rsubScalar(ops.abs(ops.sign(x)), 1);
/** x, or 1 where x is 0. */
const positive = (x: Tensor): Tensor => ops.add(x, zeroIn(x));

const inner = (a: Tensor, b: Tensor): number =>
  ops.dot(ops.reshape(a, [a.size]), ops.reshape(b, [b.size])).item();

/** grad_theta G of all particles, computed from G itself and averaged over the depths in which they act. */
function unweighted(
  problem: Problem,
  family: Family,
  measure: ParticleMeasure,
  { integrator }: FieldOptions,
  depth: Tensor,
): Tensor {
  const solution = solve(problem, family, measure, { integrator });
  const sum = ops.mulScalar(measure.theta, 0);
  measure.steps.forEach((h, l) => {
    measure.accumulate(l, functionalGradient(solution, l).slope(measure.particles(l, 0).theta), sum, h);
  });
  return ops.div(sum, ops.unsqueeze(positive(depth), -1));
}
