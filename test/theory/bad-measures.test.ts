/** Wrong arguments to measures, families and flows: each is one clear line, thrown before any number is computed. */
import { expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import {
  ball,
  bottleneck,
  combination,
  crossEntropyLoss,
  customFamily,
  energy,
  flowGradient,
  functionalGradient,
  gaussian,
  gridMeasure,
  gridWasserstein,
  heldConstant,
  independentSlices,
  type Integrator,
  intervalMeasure,
  matrix,
  meanOf,
  mixture,
  onSteps,
  type ParticleMeasure,
  type Particles,
  pathMeasure,
  perSlice,
  type Problem,
  scalarActivation,
  secondMoment,
  sinkhorn,
  sliceDirections,
  slicedWasserstein,
  smoothPaths,
  solve,
  solveFlow,
  sphere,
  stepAt,
  type Tableau,
  wasserstein,
} from '../../src/mean-field/index.ts';
import { Generator, ops, tensor, type Tensor } from '../../src/tensor/index.ts';

const d = 2;
const k = 2 * d + 1;
const generator = new Generator(1);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const numbers = (...values: number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });
const f32 = (x: Tensor): Tensor => ops.toDtype(x, 'f32');
/** x with one entry replaced. */
const spoilt = (x: Tensor, value: number, at = 0): Tensor => {
  const values = x.toArray();
  values[at] = value;
  return tensor(values, x.shape, { dtype: 'f64' });
};

const [L, M, N] = [3, 4, 5];
const theta = normal(L, M, k);
const weight = ops.full([L, M], 1 / M, 'f64');
const grid = gridMeasure(theta);
const list = normal(M, k);
const interval = intervalMeasure(list, { tau: [0.25, 0.5, 0.75, 1] });
const particles: Particles = { theta: list, weight: ops.full([M], 1 / M, 'f64') };
const problem: Problem = { inputs: normal(N, d), targets: normal(N, d) };
const family = bottleneck('tanh');
const state = normal(N, d);
const solution = solve(problem, family, grid);

type Wrong = readonly [name: string, act: () => unknown, message: string | RegExp];

function refusedAll(cases: readonly Wrong[]): void {
  it.each(cases)('%s', (_, act, message) => {
    let caught: unknown;
    try {
      act();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UsageError);
    const { message: text } = caught as UsageError;
    expect(text).not.toContain('\n');
    expect(text.length).toBeLessThan(200);
    expect(text).toMatch(message);
  });
}

refusedAll([
  ['grid: theta of rank 2', () => gridMeasure(list), 'theta: expected [L, M, k], got shape [4, 5]'],
  [
    'grid: no slices',
    () => gridMeasure(ops.zeros([0, 4, 5], 'f64')),
    'a measure needs particles, got theta of shape [0, 4, 5]',
  ],
  ['grid: no particles', () => gridMeasure(ops.zeros([3, 0, 5], 'f64')), 'got theta of shape [3, 0, 5]'],
  ['grid: k = 0', () => gridMeasure(ops.zeros([3, 4, 0], 'f64')), 'got theta of shape [3, 4, 0]'],
  [
    'grid: steps of another number',
    () => gridMeasure(theta, { steps: [1] }),
    'theta has 3 slices of depth, steps are 1',
  ],
  [
    'grid: a negative step',
    () => gridMeasure(theta, { steps: [1, -1, 1] }),
    'step 1 in depth is -1: steps are finite',
  ],
  ['grid: a step NaN', () => gridMeasure(theta, { steps: [1, 1, NaN] }), 'step 2 in depth is NaN'],
  [
    'grid: all steps 0',
    () => gridMeasure(theta, { steps: [0, 0, 0] }),
    'needs at least one step of positive length',
  ],
  [
    'grid: weights by particle',
    () => gridMeasure(theta, { weight: particles.weight }),
    'weight: expected [3, 4], got shape [4]',
  ],
  [
    'grid: a negative weight',
    () => gridMeasure(theta, { weight: spoilt(weight, -0.5, 6) }),
    'weight [1, 2] is -0.5: weights are finite and not negative (a signed measure says so: { signed: true })',
  ],
  [
    'grid: a weight NaN',
    () => gridMeasure(theta, { weight: spoilt(weight, NaN, 11), signed: true }),
    'weight [2, 3] is NaN: weights are finite',
  ],
  ['grid: theta NaN', () => gridMeasure(spoilt(theta, NaN, 7)), 'theta holds NaN or an infinite number'],
  [
    'grid: theta infinite',
    () => gridMeasure(spoilt(theta, Infinity, 7)),
    'theta holds NaN or an infinite number',
  ],
  [
    'grid: two types',
    () => gridMeasure(f32(theta), { weight }),
    'one type of numbers: theta f32, weight f64',
  ],
  [
    'grid: other particles of another shape',
    () => grid.withTheta(list),
    'theta: expected [3, 4, 5], got shape [4, 5]',
  ],
  [
    'grid: other weights of another shape',
    () => grid.withWeight(particles.weight),
    'weight: expected [3, 4], got shape [4]',
  ],
  [
    'grid: a step that is not there',
    () => grid.particles(3, 0),
    'expected an integer >= 0 and <= 2 for the step in depth, got 3',
  ],
]);

refusedAll([
  [
    'interval: theta of rank 3',
    () => intervalMeasure(theta, { tau: [1, 2, 3] }),
    'theta: expected [n, k], got shape [3, 4, 5]',
  ],
  [
    'interval: no particles',
    () => intervalMeasure(ops.zeros([0, 5], 'f64'), { tau: [] }),
    'a measure needs particles, got theta of shape [0, 5]',
  ],
  [
    'interval: tau of another number',
    () => intervalMeasure(list, { tau: [1] }),
    '4 particles need as many tau, got 1',
  ],
  [
    'interval: tauEnd of another number',
    () => intervalMeasure(list, { tau: [0, 0, 0, 0], tauEnd: [1] }),
    '4 particles need as many tauEnd, got 1',
  ],
  [
    'interval: tau NaN',
    () => intervalMeasure(list, { tau: [0, NaN, 1, 2] }),
    'tau of particle 1 is NaN: depths are finite and not negative',
  ],
  [
    'interval: tau negative',
    () => intervalMeasure(list, { tau: [0, 1, 2, -1] }),
    'tau of particle 3 is -1: depths are finite and not negative',
  ],
  [
    'interval: tauEnd infinite',
    () => intervalMeasure(list, { tau: [0, 0, 0, 0], tauEnd: [1, 1, Infinity, 1] }),
    'tauEnd of particle 2 is Infinity',
  ],
  [
    'interval: an end before its beginning',
    () => intervalMeasure(list, { tau: [0, 0, 0.6, 0], tauEnd: [1, 1, 0.5, 1] }),
    'particle 2 ends before it begins: tau 0.6, tauEnd 0.5',
  ],
  [
    'interval: nothing acts',
    () => intervalMeasure(list, { tau: [0, 0, 0, 0] }),
    'no particle acts: every interval is empty',
  ],
  [
    'interval: weights of another shape',
    () => intervalMeasure(list, { tau: [1, 2, 3, 4], weight }),
    'weight: expected [4], got shape [3, 4]',
  ],
  [
    'interval: a negative weight',
    () => intervalMeasure(list, { tau: [1, 2, 3, 4], weight: numbers(1, 1, -1, 1) }),
    'weight 2 is -1: weights are finite and not negative',
  ],
  ['interval: theta NaN', () => intervalMeasure(spoilt(list, NaN), { tau: [1, 2, 3, 4] }), 'theta holds NaN'],
  [
    'interval: other particles of another shape',
    () => interval.withTheta(theta),
    'theta: expected [4, 5], got shape [3, 4, 5]',
  ],
  ['interval: a step that is not there', () => interval.particles(-1, 0), 'for the step in depth, got -1'],
]);

const path = pathMeasure(() => particles, 4);
refusedAll([
  [
    'path: no function',
    () => pathMeasure(grid as never, 4),
    'expected a function of depth for the path of a measure',
  ],
  ['path: no steps', () => pathMeasure(() => particles, 0), 'expected an integer >= 1 for steps, got 0'],
  [
    'path: half a step',
    () => pathMeasure(() => particles, 2.5),
    'expected an integer >= 1 for steps, got 2.5',
  ],
  [
    'path: steps of no length',
    () => pathMeasure(() => particles, []),
    'needs at least one step of positive length',
  ],
  ['path: a step that is not there', () => path.particles(4, 0), 'for the step in depth, got 4'],
  ['held constant beyond its step', () => heldConstant(path, 2), 'for the fraction of a step, got 2'],
  [
    'a finer grid that cuts a step',
    () => onSteps(grid, [0.5, 0.5]),
    'the step [0, 0.5] in depth lies in none of the measure',
  ],
  ['a finer grid of NaN', () => onSteps(grid, [NaN]), 'step 0 in depth is NaN'],
  ['a mixture by NaN', () => mixture(grid, grid, NaN), 'expected a finite number for lambda, got NaN'],
  ['a combination of nothing', () => combination([]), 'a combination needs at least one measure'],
  [
    'a combination by Infinity',
    () => combination([[Infinity, grid]]),
    'for factor 0 of a combination, got Infinity',
  ],
  [
    'a mixture of two families',
    () => mixture(grid, gridMeasure(normal(3, 2, 4)), 0.5).particles(0, 0),
    'measures of one family are combined: theta has 5 and 4 numbers',
  ],
  [
    'smooth paths without particles',
    () => smoothPaths(gaussian(), generator, 0, 5),
    'expected an integer >= 1 for the number of particles, got 0',
  ],
  [
    'smooth paths without modes',
    () => smoothPaths(gaussian(), generator, 4, 5, { modes: 0 }),
    'for modes, got 0',
  ],
  [
    'smooth paths with weights of another number',
    () => smoothPaths(gaussian(), generator, 4, 5, { weight: numbers(1) }),
    '4 particles need weights [4], got shape [1]',
  ],
  ['a negative spread', () => gaussian(-1), 'expected a finite number >= 0 for std, got -1'],
  ['a sphere of no radius', () => sphere(0), 'expected a finite number > 0 for radius, got 0'],
  ['a ball of radius NaN', () => ball(NaN), 'expected a finite number > 0 for radius, got NaN'],
  ['draws of no numbers', () => gaussian()(generator, 4, 0), 'expected an integer >= 1 for k, got 0'],
  ['a negative number of draws', () => ball()(generator, -1, 3), 'for the number of particles, got -1'],
  [
    'no slices of draws',
    () => independentSlices(sphere(), generator, 0, 4, 3),
    'expected an integer >= 1 for slices, got 0',
  ],
]);

const other: Particles = { theta: normal(M, 3), weight: particles.weight };
refusedAll([
  [
    'moments: theta of rank 3',
    () => secondMoment({ theta, weight }),
    'expected theta [M, k] with M and k above 0, got shape [3, 4, 5]',
  ],
  [
    'moments: no particles',
    () => secondMoment({ theta: ops.zeros([0, 5], 'f64'), weight: ops.zeros([0], 'f64') }),
    'got shape [0, 5]',
  ],
  [
    'moments: weights of another number',
    () => meanOf({ theta: list, weight: numbers(1) }),
    '4 particles need weights [4], got shape [1]',
  ],
  [
    'moments: theta NaN',
    () => secondMoment({ ...particles, theta: spoilt(list, NaN, 12) }),
    'particle 2 holds NaN',
  ],
  [
    'moments: a fraction beyond its step',
    () => perSlice(grid, secondMoment, 1.5),
    'for the fraction of a step, got 1.5',
  ],
  ['distance: another k', () => wasserstein(particles, other), 'theta has 5 and 3 numbers'],
  [
    'distance: another mass',
    () => wasserstein(particles, { ...particles, weight: ops.ones([M], 'f64') }),
    'the weights add up to 1 and 4',
  ],
  [
    'distance: no mass',
    () => wasserstein(particles, { ...particles, weight: ops.zeros([M], 'f64') }),
    'whose weights are all 0 has no distance',
  ],
  [
    'distance: a negative weight',
    () => sinkhorn(particles, { ...particles, weight: numbers(1, 1, 1, -2) }, { epsilon: 1 }),
    'weight 3 is -2: distances are between',
  ],
  [
    'distance: a weight NaN',
    () => slicedWasserstein(particles, { ...particles, weight: numbers(1, 1, NaN, 1) }),
    'weight 2 is NaN',
  ],
  [
    'exact distance: unequal weights',
    () => wasserstein(particles, { ...particles, weight: numbers(0.1, 0.2, 0.3, 0.4) }),
    'exact distances for k = 5 need equally many particles of equal weight, got 4 of equal weight and 4 of unequal weight: use sinkhorn or slicedWasserstein',
  ],
  [
    'distance: p below 1',
    () => wasserstein(particles, particles, 0.5),
    'expected a finite number >= 1 for p, got 0.5',
  ],
  [
    'entropic distance: epsilon 0',
    () => sinkhorn(particles, particles, { epsilon: 0 }),
    'expected a finite number > 0 for epsilon, got 0',
  ],
  [
    'entropic distance: tolerance NaN',
    () => sinkhorn(particles, particles, { epsilon: 1, tolerance: NaN }),
    'for tolerance, got NaN',
  ],
  [
    'sliced distance: no directions',
    () => sliceDirections(5, { directions: 0 }),
    'expected an integer >= 1 for directions, got 0',
  ],
  [
    'over depth: another number of steps',
    () => gridWasserstein(grid, interval),
    'on one grid of depth are compared: they have 3 and 4 steps',
  ],
  [
    'over depth: other steps',
    () => gridWasserstein(grid, gridMeasure(theta, { steps: [0.2, 0.4, 0.4] })),
    'step 0 is 0.3333333333333333 and 0.2',
  ],
]);

refusedAll([
  [
    'an activation that is not there',
    () => bottleneck('tanhh' as never),
    'unknown activation "tanhh": did you mean tanh?',
  ],
  ['the same by itself', () => scalarActivation('swish' as never), 'unknown activation "swish"'],
  ['a state of rank 1', () => family.velocity(numbers(1, 2), particles), 'a state is [N, d], got shape [2]'],
  [
    'particles of another family',
    () => matrix().velocity(state, particles),
    'family matrix tanh needs particles [M, 4] for states with 2 features, got shape [4, 5]',
  ],
  [
    'particles of rank 3',
    () => family.velocity(state, { theta, weight: particles.weight }),
    'needs particles [M, 5] for states with 2 features, got shape [3, 4, 5]',
  ],
  [
    'weights of another number',
    () => family.velocity(state, { theta: list, weight: numbers(1) }),
    '4 particles need weights [4], got shape [1]',
  ],
  [
    'weights as a column',
    () => family.velocity(state, { theta: list, weight: normal(4, 1) }),
    '4 particles need weights [4], got shape [4, 1]',
  ],
  [
    'a state of another type',
    () => family.velocity(f32(state), particles),
    'a flow has one type of numbers: state f32, theta f64, weight f64',
  ],
  [
    'values of one particle without its row',
    () => family.values(state, numbers(1, 2, 3, 4, 5)),
    'needs particles [M, 5] for states with 2 features, got shape [5]',
  ],
  ['values of matrices of another size', () => matrix().values(state, list), 'needs particles [M, 4]'],
  [
    'a cotangent of another shape',
    () => family.pullback(state, particles, normal(N, 3), { state: true }),
    'a cotangent has the shape of the state, [5, 2]: got shape [5, 3]',
  ],
  [
    'a cotangent of one sample',
    () => matrix().pullback(state, { ...particles, theta: normal(M, 4) }, normal(1, d), { theta: true }),
    'a cotangent has the shape of the state, [5, 2]: got shape [1, 2]',
  ],
  [
    'a direction of another shape',
    () => family.pushforward(state, particles, { theta: normal(1, k) }),
    'a direction of theta has its shape, [4, 5]: got shape [1, 5]',
  ],
  [
    'a direction of weights of another shape',
    () => family.pushforward(state, particles, { weight: numbers(1) }),
    'a direction of weight has its shape, [4]: got shape [1]',
  ],
]);

const custom = customFamily({ name: 'mine', parameterCount: 5, value: (x) => x });
const short = customFamily({ name: 'short', parameterCount: 5, value: (x) => ops.sliceDim(x, 1, 0, 1) });
const flat = customFamily({ name: 'flat', parameterCount: 5, value: (x) => x, batched: true });
refusedAll([
  [
    'custom: particles of another family',
    () => custom.velocity(state, other),
    'family mine needs particles [M, 5]',
  ],
  [
    'custom: a cotangent of another shape',
    () => custom.pullback(state, particles, normal(N, 3), { state: true }),
    'a cotangent has the shape of the state',
  ],
  [
    'custom: a direction of another shape',
    () => custom.pushforward(state, particles, { state: normal(N, 3) }),
    'a direction of state has its shape, [5, 2]',
  ],
  [
    'custom: a value of another shape',
    () => short.velocity(state, particles),
    'family short: value gave shape [4, 5, 1] for 4 particles and a state [5, 2], expected [4, 5, 2]',
  ],
  [
    'custom: a batched value of another shape',
    () => flat.velocity(state, particles),
    'family flat: value gave shape [1, 5, 2]',
  ],
  [
    'custom: a number of parameters that is none',
    () => customFamily({ parameterCount: () => 0, value: (x) => x }).velocity(state, particles),
    'expected an integer >= 1 for parameterCount, got 0',
  ],
]);

/** Every public function of a flow refuses the same. */
const flows = { solveFlow, energy, solve, flowGradient };
type Flow = (problem: Problem, family: typeof custom, measure: ParticleMeasure, options?: object) => unknown;
for (const [name, act] of Object.entries(flows) as [string, Flow][]) {
  const wrong = (part: Partial<Problem>) => () => act({ ...problem, ...part }, family, grid);
  refusedAll([
    [
      `${name}: inputs of rank 1`,
      wrong({ inputs: numbers(1, 2) }),
      'inputs: expected a matrix, got shape [2]',
    ],
    [`${name}: no samples`, wrong({ inputs: ops.zeros([0, 2], 'f64') }), 'inputs is empty (shape [0, 2])'],
    [
      `${name}: inputs NaN`,
      wrong({ inputs: spoilt(problem.inputs, NaN) }),
      'inputs holds NaN or an infinite number',
    ],
    [
      `${name}: targets infinite`,
      wrong({ targets: spoilt(problem.inputs, -Infinity) }),
      'targets holds NaN or an infinite number',
    ],
    [
      `${name}: targets of another number`,
      wrong({ targets: normal(3, 2) }),
      'inputs have 5 samples, targets 3',
    ],
    [
      `${name}: targets of another size`,
      wrong({ targets: normal(N, 3) }),
      'predictions have 2 outputs, targets 3',
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
      'a problem has one type of numbers: inputs f64, targets f32',
    ],
    [
      `${name}: a problem and a measure of two types`,
      wrong({ inputs: f32(problem.inputs), targets: f32(problem.targets), loss: crossEntropyLoss }),
      'a flow has one type of numbers: state f32, theta f64, weight f64',
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
      'scheme implicit: stage 0 uses 1 slopes, only 0 come before it',
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

refusedAll([
  [
    'the gradient of a measure that is no list of particles',
    () => flowGradient(problem, family, path as ParticleMeasure),
    'flowGradient needs a measure that is a list of particles: a gridMeasure or an intervalMeasure',
  ],
  [
    'G in a step that is not there',
    () => functionalGradient(solution, 3),
    'expected an integer >= 0 and <= 2 for l, got 3',
  ],
  [
    'G of particles of another family',
    () => functionalGradient(solution, 0).value(normal(4, 3)),
    'family bottleneck tanh needs particles [M, 5]',
  ],
  [
    'the slope of G at one particle without its row',
    () => functionalGradient(solution, 0).slope(numbers(1, 2, 3, 4, 5)),
    'needs particles [M, 5] for states with 2 features, got shape [5]',
  ],
  ['a depth that is none', () => stepAt(solution, NaN), 'expected a finite number >= 0 for depth, got NaN'],
]);

it('what is refused above is accepted when right', () => {
  expect(gridMeasure(theta, { weight: spoilt(weight, -0.5, 6), signed: true }).steps).toHaveLength(3);
  for (const act of Object.values(flows)) expect(() => act(problem, family, grid)).not.toThrow();
  expect(() => flowGradient(problem, family, interval)).not.toThrow();
  expect(wasserstein(particles, particles)).toBe(0);
});
