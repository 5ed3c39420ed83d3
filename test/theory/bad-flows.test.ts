/** Invalid arguments of flows and gradients: one clear line each, thrown before any computation. */
import { expect, it } from 'vitest';
import {
  crossEntropyLoss,
  energy,
  type Family,
  flowGradient,
  functionalGradient,
  gridMeasure,
  type Integrator,
  matrix,
  type ParticleMeasure,
  type Problem,
  solve,
  solveFlow,
  stepAt,
  type Tableau,
  wasserstein,
} from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import {
  d,
  N,
  normal,
  numbers,
  f32,
  withEntry,
  theta,
  weight,
  grid,
  interval,
  particles,
  problem,
  family,
  solution,
  expectRejected,
  path,
} from './invalid-arguments.ts';

/** Every public function of a flow rejects the same arguments. */
const flows = { solveFlow, energy, solve, flowGradient };
type Flow = (problem: Problem, family: Family, measure: ParticleMeasure, options?: object) => unknown;
for (const [name, act] of Object.entries(flows) as [string, Flow][]) {
  const wrong = (part: Partial<Problem>) => () => act({ ...problem, ...part }, family, grid);
  expectRejected([
    [
      `${name}: inputs of rank 1`,
      wrong({ inputs: numbers(1, 2) }),
      'inputs: expected a matrix, got shape [2]',
    ],
    [`${name}: no samples`, wrong({ inputs: ops.zeros([0, 2], 'f64') }), 'inputs is empty (shape [0, 2])'],
    [
      `${name}: inputs NaN`,
      wrong({ inputs: withEntry(problem.inputs, NaN) }),
      'found NaN or an infinite number in inputs',
    ],
    [
      `${name}: targets infinite`,
      wrong({ targets: withEntry(problem.inputs, -Infinity) }),
      'found NaN or an infinite number in targets',
    ],
    [
      `${name}: targets of another number`,
      wrong({ targets: normal(3, 2) }),
      'inputs have 5 samples, but targets have 3',
    ],
    [
      `${name}: targets of another size`,
      wrong({ targets: normal(N, 3) }),
      'predictions have 2 outputs, but targets have 3',
    ],
    [
      `${name}: an embedding of another size`,
      wrong({ embedding: normal(d, 3) }),
      'embedding [2, 3] cannot take inputs with 2 features: expected [d, 2]',
    ],
    [
      `${name}: a readout of another size`,
      wrong({ readout: normal(1, 7) }),
      'readout [1, 7] cannot take states with 2 features: expected [C, 2]',
    ],
    [
      `${name}: a problem of two types`,
      wrong({ targets: f32(problem.targets) }),
      'inputs and targets must have the same dtype, got f64 and f32',
    ],
    [
      `${name}: a problem and a measure of two types`,
      wrong({ inputs: f32(problem.inputs), targets: f32(problem.targets), loss: crossEntropyLoss }),
      'state, theta and weight must have the same dtype, got f32, f64, f64',
    ],
    [
      `${name}: a family that does not fit the state`,
      wrong({ embedding: normal(3, d), targets: normal(N, 3) }),
      'family bottleneck tanh needs particles [M, 7] for states with 3 features, got shape [4, 5]',
    ],
    [
      `${name}: a family that does not fit the measure`,
      () => act(problem, matrix(), grid),
      'family matrix tanh needs particles [M, 4]',
    ],
    [
      `${name}: a scheme that is not there`,
      () => act(problem, family, grid, { integrator: 'rk5' as Integrator }),
      'unknown integrator "rk5": did you mean rk4?',
    ],
    [
      `${name}: a scheme that is not explicit`,
      () =>
        act(problem, family, grid, {
          integrator: { name: 'implicit', order: 1, a: [[1]], b: [1], c: [1] } satisfies Tableau,
        }),
      'scheme implicit: stage 0 uses 1 slopes, but only 0 precede it',
    ],
    [
      `${name}: a scheme of two lengths`,
      () =>
        act(problem, family, grid, {
          integrator: { name: 'odd', order: 1, a: [[]], b: [1], c: [0, 1] } satisfies Tableau,
        }),
      'scheme odd: a, b and c have 1, 1 and 2 stages',
    ],
    [
      `${name}: a measure without steps`,
      () => act(problem, family, { ...grid, steps: [] }),
      'a measure needs at least one step of positive length',
    ],
  ]);
}

expectRejected([
  [
    'the gradient of a measure that is not a list of particles',
    () => flowGradient(problem, family, path as ParticleMeasure),
    'expected a gridMeasure or an intervalMeasure for measure',
  ],
  [
    'G in a step that does not exist',
    () => functionalGradient(solution, 3),
    'expected an integer >= 0 and <= 2 for l, got 3',
  ],
  [
    'G of particles of another family',
    () => functionalGradient(solution, 0).value(normal(4, 3)),
    'family bottleneck tanh needs particles [M, 5]',
  ],
  [
    'the slope of G at one particle without the row dimension',
    () => functionalGradient(solution, 0).slope(numbers(1, 2, 3, 4, 5)),
    'needs particles [M, 5] for states with 2 features, got shape [5]',
  ],
  ['a depth that is none', () => stepAt(solution, NaN), 'expected a finite number >= 0 for depth, got NaN'],
]);

it('the corrected arguments are accepted', () => {
  expect(gridMeasure(theta, { weight: withEntry(weight, -0.5, 6), signed: true }).steps).toHaveLength(3);
  for (const act of Object.values(flows)) expect(() => act(problem, family, grid)).not.toThrow();
  expect(() => flowGradient(problem, family, interval)).not.toThrow();
  expect(wasserstein(particles, particles)).toBe(0);
});
