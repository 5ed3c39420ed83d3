import { addAt, addScaled, at, denseArray, inner, row, scaled, sizes2, type DenseArray } from './array.ts';
import type { Family } from './families.ts';
import { linear } from './linear.ts';

/** Data and the two fixed linear maps. */
export interface Problem {
  /** [N, D]. */
  readonly inputs: DenseArray;
  /** [N, C]. */
  readonly targets: DenseArray;
  /** W2, [d, D]: X(x, 0) = W2 x. */
  readonly embedding: DenseArray;
  /** W1, [C, d]: the prediction is W1 X(x, 1). */
  readonly readout: DenseArray;
}

/** L steps in depth with M weighted particles each. */
export interface GridMeasure {
  /** h, [L]; their sum is the depth, 1 by default. */
  readonly steps: Float64Array;
  /** [L, M, k]. */
  readonly theta: DenseArray;
  /** [L, M]. */
  readonly weight: DenseArray;
}

/** The loss of a measure and its full gradient. */
export interface FlowGradient {
  readonly loss: number;
  /** X^0 .. X^L, [N, d] each. */
  readonly states: readonly DenseArray[];
  /** p^0 .. p^L, [N, d] each. */
  readonly costates: readonly DenseArray[];
  /** dE/dtheta, [L, M, k]: steps[l] weight[l, j] grad_theta G(theta_lj, t_l). */
  readonly theta: DenseArray;
  /** dE/dweight, [L, M]: steps[l] G(theta_lj, t_l). */
  readonly weight: DenseArray;
  /** dE/dsteps, [L]: sum_j weight[l, j] G(theta_lj, t_l). */
  readonly steps: Float64Array;
  readonly embedding: DenseArray;
  readonly readout: DenseArray;
}

/** A measure with L equal steps 1/L and equal weights 1/M, from `theta`, [L, M, k]. */
export function uniformMeasure(theta: DenseArray): GridMeasure {
  const [depthSteps = 0, particles = 0] = theta.shape;
  return {
    steps: new Float64Array(depthSteps).fill(1 / depthSteps),
    theta,
    weight: denseArray([depthSteps, particles], new Float64Array(depthSteps * particles).fill(1 / particles)),
  };
}

/** The states X^0 .. X^L, [N, d] each: X^0 = W2 x, X^{l+1} = X^l + h_l sum_j w_lj f(X^l, theta_lj). */
export function flow(problem: Problem, family: Family, measure: GridMeasure): DenseArray[] {
  const states = [times(problem.inputs, problem.embedding)];
  measure.steps.forEach((h, l) => {
    const state = entry(states, l);
    const next = state.data.slice();
    eachParticle(measure, l, (theta, weight) => {
      family.addValues(state, theta, h * weight, next);
    });
    states.push(denseArray(state.shape, next));
  });
  return states;
}

/** E = mean over samples of 1/2 |W1 X(x, 1) - y|^2. */
export function loss(problem: Problem, lastState: DenseArray): number {
  const r = residual(problem, lastState);
  return inner(r, r) / 2 / sampleCount(problem);
}

/**
 * The exact adjoint of {@link flow}: p^L = W1^T (W1 X^L - y), p^l = p^{l+1} + h_l sum_j w_lj grad_x f(X^l,
 * theta_lj)^T p^{l+1}. One costate per sample, without the 1/N of the mean.
 */
export function adjoint(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  states: readonly DenseArray[],
): DenseArray[] {
  const depthSteps = measure.steps.length;
  const r = residual(problem, entry(states, depthSteps));
  const costates = [linearInReadout(problem, entry(states, depthSteps)).backward(r).input];
  for (let l = depthSteps - 1; l >= 0; l--) {
    const p = entry(costates, 0);
    const before = p.data.slice();
    eachParticle(measure, l, (theta, weight) => {
      family.addPullback(entry(states, l), theta, p, at(measure.steps, l) * weight, { states: before });
    });
    costates.unshift(denseArray(p.shape, before));
  }
  return costates;
}

/**
 * G(theta, t_l) = mean over samples of f(X^l, theta) . p^{l+1}: the first variation dE/drho.
 * @param state X^l, [N, d]
 * @param costate p^{l+1}, [N, d]
 */
export function functionalGradient(
  family: Family,
  state: DenseArray,
  costate: DenseArray,
  theta: Float64Array,
): number {
  const value = denseArray(state.shape);
  family.addValues(state, theta, 1, value.data);
  return inner(value, costate) / sizes2(state)[0];
}

/** grad_theta G(theta, t_l) = mean over samples of grad_theta f(X^l, theta)^T p^{l+1}, [k]; arguments as above. */
export function functionalGradientSlope(
  family: Family,
  state: DenseArray,
  costate: DenseArray,
  theta: Float64Array,
): Float64Array {
  const sum = new Float64Array(theta.length);
  family.addPullback(state, theta, costate, 1 / sizes2(state)[0], { theta: sum });
  return sum;
}

/** The Jacobians of F_l = sum_j w_lj f(., theta_lj) at the rows of a state, [N, d, d]: entry i, j is dF_i / dx_j. */
export function velocityJacobians(
  family: Family,
  measure: GridMeasure,
  l: number,
  state: DenseArray,
): DenseArray {
  const [samples, d] = sizes2(state);
  const result = denseArray([samples, d, d]);
  for (let i = 0; i < d; i++) {
    const unit = denseArray(state.shape);
    for (let n = 0; n < samples; n++) unit.data[n * d + i] = 1;
    const rows = denseArray(state.shape);
    eachParticle(measure, l, (theta, weight) => {
      family.addPullback(state, theta, unit, weight, { states: rows.data });
    });
    for (let n = 0; n < samples; n++) result.data.set(row(rows, n), (n * d + i) * d);
  }
  return result;
}

/** The loss of a measure and its full gradient: flow, adjoint, then G and its slope at each particle. */
export function flowGradient(problem: Problem, family: Family, measure: GridMeasure): FlowGradient {
  const states = flow(problem, family, measure);
  const costates = adjoint(problem, family, measure, states);
  const theta = denseArray(measure.theta.shape);
  const weight = denseArray(measure.weight.shape);
  const steps = new Float64Array(measure.steps.length);
  measure.steps.forEach((h, l) => {
    const x = entry(states, l);
    const p = entry(costates, l + 1);
    eachParticle(measure, l, (particle, w, j) => {
      const index = l * particleCount(measure) + j;
      const slope = functionalGradientSlope(family, x, p, particle);
      theta.data.set(
        slope.map((g) => h * w * g),
        index * particle.length,
      );
      const g = functionalGradient(family, x, p, particle);
      weight.data[index] = h * g;
      addAt(steps, l, w * g);
    });
  });
  const last = entry(states, measure.steps.length);
  const share = 1 / sampleCount(problem);
  const head = linearInReadout(problem, last).backward(residual(problem, last));
  const zeroBias = new Float64Array(sizes2(problem.embedding)[0]);
  const stem = linear(problem.inputs, problem.embedding, zeroBias).backward(entry(costates, 0));
  return {
    loss: loss(problem, last),
    states,
    costates,
    theta,
    weight,
    steps,
    embedding: scaled(share, stem.weight),
    readout: scaled(share, head.weight),
  };
}

/**
 * One explicit step of the Wasserstein gradient flow: theta <- theta - ds grad_theta G(theta, t), with weights and
 * steps unchanged. Returns a new measure; `gradient` is {@link flowGradient} at `measure`.
 */
export function gradientFlowStep(
  family: Family,
  measure: GridMeasure,
  gradient: Pick<FlowGradient, 'states' | 'costates'>,
  ds: number,
): GridMeasure {
  const theta = denseArray(measure.theta.shape);
  measure.steps.forEach((_, l) => {
    eachParticle(measure, l, (particle, _weight, j) => {
      const state = entry(gradient.states, l);
      const slope = functionalGradientSlope(family, state, entry(gradient.costates, l + 1), particle);
      theta.data.set(
        particle.map((value, i) => value - ds * at(slope, i)),
        (l * particleCount(measure) + j) * particle.length,
      );
    });
  });
  return { ...measure, theta };
}

function residual(problem: Problem, lastState: DenseArray): DenseArray {
  return addScaled(linearInReadout(problem, lastState).value, -1, problem.targets);
}

function linearInReadout(problem: Problem, state: DenseArray): ReturnType<typeof linear> {
  return linear(state, problem.readout, new Float64Array(sizes2(problem.readout)[0]));
}

/** x weight^T. */
function times(x: DenseArray, weight: DenseArray): DenseArray {
  return linear(x, weight, new Float64Array(sizes2(weight)[0])).value;
}

function sampleCount(problem: Problem): number {
  return sizes2(problem.inputs)[0];
}

function particleCount(measure: GridMeasure): number {
  return sizes2(measure.weight)[1];
}

/** Calls `visit` with each particle of step l, its weight and its index. */
export function eachParticle(
  measure: GridMeasure,
  l: number,
  visit: (theta: Float64Array, weight: number, j: number) => void,
): void {
  const [depthSteps, particles, k] = measure.theta.shape;
  if (particles !== particleCount(measure) || depthSteps !== measure.steps.length || k === undefined)
    throw new RangeError(
      `a grid measure needs theta [L, M, k], weight [L, M] and L steps, got [${measure.theta.shape.join(', ')}], ` +
        `[${measure.weight.shape.join(', ')}], ${measure.steps.length}`,
    );
  row(measure.weight, l).forEach((weight, j) => {
    const start = (l * particles + j) * k;
    visit(measure.theta.data.subarray(start, start + k), weight, j);
  });
}

export function entry(list: readonly DenseArray[], index: number): DenseArray {
  const array = list[index];
  if (array === undefined)
    throw new RangeError(`depth index ${index} is out of range for ${list.length} entries`);
  return array;
}
