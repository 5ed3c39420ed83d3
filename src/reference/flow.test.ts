import { expect, it } from 'vitest';
import { addScaled, at, denseArray, row, type DenseArray } from './array.ts';
import { familyBlock } from './family-block.ts';
import { family, type FamilyName } from './families.ts';
import { flow, flowGradient, functionalGradient, gradientFlowStep, loss, uniformMeasure } from './flow.ts';
import type { GridMeasure, Problem } from './flow.ts';
import { numericalGradient, relativeError } from './numeric-gradient.ts';
import { projections } from './projections.ts';
import { seededNormal } from './random.ts';
import { runStage } from './schemes.ts';

const [samples, inputSize, outputs, d, depthSteps, particles] = [3, 2, 2, 3, 4, 2];
const normal = seededNormal(5);

function random(...shape: number[]): DenseArray {
  const x = denseArray(shape);
  return denseArray(shape, x.data.map(normal));
}

const problem: Problem = {
  inputs: random(samples, inputSize),
  targets: random(samples, outputs),
  embedding: random(d, inputSize),
  readout: random(outputs, d),
};

/** Unequal steps and weights, one of them negative (a signed mixture). */
function measureFor(k: number): GridMeasure {
  return {
    steps: Float64Array.of(0.1, 0.4, 0.2, 0.3),
    theta: random(depthSteps, particles, k),
    weight: denseArray([depthSteps, particles], [0.3, 0.7, 0.5, 0.5, 1.2, -0.2, 0.9, 0.1]),
  };
}

it.each(['bottleneck', 'matrix'] as FamilyName[])(
  '%s: the discrete adjoint gives the full gradient of E',
  (name) => {
    const f = family(name, name === 'matrix' ? 'softplus' : 'tanh');
    const measure = measureFor(f.parameterCount(d));
    const energy = (): number => loss(problem, flow(problem, f, measure)[depthSteps] ?? problem.inputs);
    const gradient = flowGradient(problem, f, measure);
    expect(gradient.loss).toBe(energy());
    const check = (actual: Float64Array, x: Float64Array): void => {
      expect(relativeError(actual, numericalGradient(energy, x))).toBeLessThan(1e-9);
    };
    check(gradient.theta.data, measure.theta.data);
    check(gradient.weight.data, measure.weight.data);
    check(gradient.steps, measure.steps);
    check(gradient.embedding.data, problem.embedding.data);
    check(gradient.readout.data, problem.readout.data);
  },
);

it('the costate is N times the derivative of E in the state at its depth', () => {
  const f = family('bottleneck', 'tanh');
  const measure = measureFor(f.parameterCount(d));
  const { states, costates } = flowGradient(problem, f, measure);
  const l = 2;
  const state = denseArray([samples, d], (states[l]?.data ?? new Float64Array()).slice());
  const tail: GridMeasure = {
    steps: measure.steps.slice(l),
    theta: denseArray(
      [depthSteps - l, particles, 2 * d + 1],
      measure.theta.data.slice(l * particles * (2 * d + 1)),
    ),
    weight: denseArray([depthSteps - l, particles], measure.weight.data.slice(l * particles)),
  };
  const identity = denseArray([d, d], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const rest: Problem = { ...problem, inputs: state, embedding: identity };
  const energy = (): number => loss(rest, flow(rest, f, tail)[depthSteps - l] ?? state);
  const numeric = numericalGradient(energy, state.data).map((g) => g * samples);
  expect(relativeError(costates[l]?.data ?? [], numeric)).toBeLessThan(1e-9);
});

it('one Euler step is W2 x + h sum_j w_j f, and E the mean of half the squared residual', () => {
  const f = family('bottleneck', 'tanh');
  // d = D = C = 1, W2 = 2, W1 = 3: x = 1 and -1.
  const tiny: Problem = {
    inputs: denseArray([2, 1], [1, -1]),
    targets: denseArray([2, 1], [1, 2]),
    embedding: denseArray([1, 1], [2]),
    readout: denseArray([1, 1], [3]),
  };
  const measure: GridMeasure = {
    steps: Float64Array.of(0.5),
    theta: denseArray([1, 2, 3], [1, 0.5, 0, -2, 0, 1]),
    weight: denseArray([1, 2], [0.25, 0.75]),
  };
  const [first, last] = flow(tiny, f, measure);
  expect(Array.from(first?.data ?? [])).toEqual([2, -2]);
  const push = (u: number): number => 0.5 * (0.25 * Math.tanh(u) - 0.75 * 2 * Math.tanh(1));
  const expected = [2 + push(1), -2 + push(-1)];
  expect(relativeError(last?.data ?? [], expected)).toBeLessThan(1e-15);
  const [u = NaN, v = NaN] = expected;
  const energy = ((3 * u - 1) ** 2 + (3 * v - 2) ** 2) / 4;
  expect(loss(tiny, last ?? tiny.inputs)).toBeCloseTo(energy, 12);
});

it('the functional gradient is the first variation: a small new particle changes E by h lambda G', () => {
  const f = family('bottleneck', 'tanh');
  const k = f.parameterCount(d);
  const measure = measureFor(k);
  const { states, costates } = flowGradient(problem, f, measure);
  const theta = random(k).data;
  const l = 1;
  const g = functionalGradient(f, states[l] ?? problem.inputs, costates[l + 1] ?? problem.inputs, theta);
  const lambda = Float64Array.of(0);
  const energy = (): number => {
    // Adds a third particle to every slice, with weight lambda at depth l and 0 elsewhere.
    const extended = denseArray([depthSteps, 3, k]);
    const weight = denseArray([depthSteps, 3]);
    for (let m = 0; m < depthSteps; m++) {
      extended.data.set(measure.theta.data.subarray(m * 2 * k, (m + 1) * 2 * k), m * 3 * k);
      extended.data.set(theta, (m * 3 + 2) * k);
      row(weight, m).set([...row(measure.weight, m), m === l ? at(lambda, 0) : 0]);
    }
    const mixed = { steps: measure.steps, theta: extended, weight };
    return loss(problem, flow(problem, f, mixed)[depthSteps] ?? problem.inputs);
  };
  const slope = numericalGradient(energy, lambda);
  expect(relativeError([at(measure.steps, l) * g], slope)).toBeLessThan(1e-9);
});

it('one particle of weight 1 per slice is the learned-step scheme on the same blocks', () => {
  const f = family('bottleneck', 'gelu');
  const k = f.parameterCount(d);
  const measure = { ...uniformMeasure(random(depthSteps, 1, k)), steps: Float64Array.of(0.1, 0.4, 0.2, 0.3) };
  const { states, steps, theta, costates } = flowGradient(problem, f, measure);
  const gradients = Array.from({ length: depthSteps }, () => new Float64Array(k));
  const blocks = gradients.map((g, l) => familyBlock(f, measure.theta.data.subarray(l * k, (l + 1) * k), g));
  const start = states[0] ?? problem.inputs;
  const run = runStage('learned-step', blocks, projections.identity, { step: measure.steps }, start);
  const last = states[depthSteps] ?? problem.inputs;
  expect(relativeError(run.value.data, last.data)).toBeLessThan(1e-14);
  const p = costates[depthSteps] ?? problem.inputs;
  const mean = addScaled(p, 1 / samples - 1, p);
  const back = run.backward(mean);
  expect(relativeError(back.schedule.step ?? [], steps)).toBeLessThan(1e-12);
  expect(
    relativeError(
      gradients.flatMap((g) => [...g]),
      theta.data,
    ),
  ).toBeLessThan(1e-12);
});

it('a step of the gradient flow loses energy at the rate of its dissipation', () => {
  const f = family('bottleneck', 'tanh');
  const measure = uniformMeasure(random(depthSteps, particles, f.parameterCount(d)));
  const gradient = flowGradient(problem, f, measure);
  // theta' = -grad_theta G = -dE/dtheta / (h w), so E' = -sum |dE/dtheta|^2 / (h w).
  const dissipation = gradient.theta.data.reduce((sum, g) => sum + g * g, 0) * depthSteps * particles;
  const ds = Float64Array.of(0);
  const energy = (): number => {
    const moved = gradientFlowStep(f, measure, gradient, at(ds, 0));
    return loss(problem, flow(problem, f, moved)[depthSteps] ?? problem.inputs);
  };
  expect(relativeError(numericalGradient(energy, ds, { step: 1e-4 }), [-dissipation])).toBeLessThan(1e-8);
});

it('shapes that do not match are rejected', () => {
  const f = family('bottleneck', 'tanh');
  const measure = { ...measureFor(f.parameterCount(d)), weight: denseArray([depthSteps, 3]) };
  expect(() => flow(problem, f, measure)).toThrow('a grid measure needs theta [L, M, k]');
});
