import { at, denseArray, type DenseArray } from './array.ts';
import type { Family } from './families.ts';
import {
  adjoint,
  eachParticle,
  entry,
  flow,
  functionalGradientSlope,
  loss,
  type GridMeasure,
  type Problem,
} from './flow.ts';

export const flowMethods = ['euler', 'heun', 'rk4'] as const;
export type FlowMethod = (typeof flowMethods)[number];

/** The state of the flow after a step. */
export interface FlowPoint {
  /** Number of steps taken. */
  readonly step: number;
  /** Flow time. */
  readonly s: number;
  /** E. */
  readonly loss: number;
  /** D = - dE/ds = sum over particles of h_l w_lj |grad_theta G|^2. */
  readonly dissipation: number;
  /** The integral of D so far, by the quadrature of the scheme. */
  readonly dissipated: number;
  readonly measure: GridMeasure;
}

/** Options of {@link wassersteinFlow}. */
export interface WassersteinFlowOptions {
  readonly ds: number;
  readonly steps: number;
  /** Default: euler. */
  readonly method?: FlowMethod;
  /** Called with every point, including the start; return `false` to stop. */
  readonly onStep?: (point: FlowPoint) => unknown;
}

interface Descent {
  readonly loss: number;
  readonly dissipation: number;
  /** grad_theta G of each particle, [L, M, k]. */
  readonly slope: DenseArray;
}

/** Stage s is evaluated at theta - ds sum_r a_sr slope_r; the step is theta - ds sum_s b_s slope_s. */
const tableaus: Readonly<Record<FlowMethod, { a: readonly (readonly number[])[]; b: readonly number[] }>> = {
  euler: { a: [[]], b: [1] },
  heun: { a: [[], [1]], b: [1 / 2, 1 / 2] },
  rk4: { a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]], b: [1 / 6, 1 / 3, 1 / 3, 1 / 6] },
};

/**
 * The Wasserstein gradient flow of the particles, dtheta_lj/ds = - grad_theta G(theta_lj, t_l), with fixed weights
 * and steps.
 */
export function wassersteinFlow(
  problem: Problem,
  family: Family,
  start: GridMeasure,
  { ds, steps, method = 'euler', onStep }: WassersteinFlowOptions,
): FlowPoint {
  const { a, b } = tableaus[method];
  let here = descent(problem, family, start);
  let point: FlowPoint = {
    step: 0,
    s: 0,
    loss: here.loss,
    dissipation: here.dissipation,
    dissipated: 0,
    measure: start,
  };
  while (onStep?.(point) !== false && point.step < steps) {
    const stages = [here];
    for (const weights of a.slice(1))
      stages.push(descent(problem, family, moved(point.measure, stages, weights, ds)));
    const measure = moved(point.measure, stages, b, ds);
    const added = stages.reduce((sum, stage, r) => sum + ds * at(b, r) * stage.dissipation, 0);
    here = descent(problem, family, measure);
    point = {
      step: point.step + 1,
      s: point.s + ds,
      loss: here.loss,
      dissipation: here.dissipation,
      dissipated: point.dissipated + added,
      measure,
    };
  }
  return point;
}

function descent(problem: Problem, family: Family, measure: GridMeasure): Descent {
  const states = flow(problem, family, measure);
  const costates = adjoint(problem, family, measure, states);
  const slope = denseArray(measure.theta.shape);
  let dissipation = 0;
  measure.steps.forEach((h, l) => {
    eachParticle(measure, l, (theta, weight, j) => {
      const one = functionalGradientSlope(family, entry(states, l), entry(costates, l + 1), theta);
      slope.data.set(one, (l * at(measure.weight.shape, 1) + j) * theta.length);
      dissipation += h * weight * one.reduce((sum, g) => sum + g * g, 0);
    });
  });
  return { loss: loss(problem, entry(states, measure.steps.length)), dissipation, slope };
}

function moved(
  measure: GridMeasure,
  stages: readonly Descent[],
  weights: readonly number[],
  ds: number,
): GridMeasure {
  const theta = denseArray(measure.theta.shape, measure.theta.data.slice());
  stages.forEach(({ slope }, r) => {
    const factor = ds * (weights[r] ?? 0);
    if (factor !== 0)
      for (let i = 0; i < theta.data.length; i++) theta.data[i]! -= factor * at(slope.data, i);
  });
  return { ...measure, theta };
}
