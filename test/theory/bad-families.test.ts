/** Invalid arguments of families: one clear line each, thrown before any computation. */
import { bottleneck, customFamily, matrix, scalarActivation } from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import {
  d,
  k,
  M,
  N,
  normal,
  numbers,
  f32,
  theta,
  list,
  particles,
  family,
  state,
  expectRejected,
  other,
} from './invalid-arguments.ts';

expectRejected([
  [
    'an unknown activation',
    () => bottleneck('tanhh' as never),
    'unknown activation "tanhh": did you mean tanh?',
  ],
  ['the same by itself', () => scalarActivation('swish' as never), 'unknown activation "swish"'],
  [
    'a state of rank 1',
    () => family.velocity(numbers(1, 2), particles),
    'expected a state [N, d], got shape [2]',
  ],
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
    'wrong number of weights',
    () => family.velocity(state, { theta: list, weight: numbers(1) }),
    '4 particles need weights [4], got shape [1]',
  ],
  [
    'weights as a column',
    () => family.velocity(state, { theta: list, weight: normal(4, 1) }),
    '4 particles need weights [4], got shape [4, 1]',
  ],
  [
    'a state of another dtype',
    () => family.velocity(f32(state), particles),
    'state, theta and weight must have the same dtype, got f32, f64, f64',
  ],
  [
    'values of one particle without the row dimension',
    () => family.values(state, numbers(1, 2, 3, 4, 5)),
    'needs particles [M, 5] for states with 2 features, got shape [5]',
  ],
  ['values of matrices of another size', () => matrix().values(state, list), 'needs particles [M, 4]'],
  [
    'a cotangent of another shape',
    () => family.pullback(state, particles, normal(N, 3), { state: true }),
    'expected a cotangent with the shape of the state, [5, 2], got shape [5, 3]',
  ],
  [
    'a cotangent of one sample',
    () => matrix().pullback(state, { ...particles, theta: normal(M, 4) }, normal(1, d), { theta: true }),
    'expected a cotangent with the shape of the state, [5, 2], got shape [1, 2]',
  ],
  [
    'a direction of another shape',
    () => family.pushforward(state, particles, { theta: normal(1, k) }),
    'expected a direction of theta of shape [4, 5], got shape [1, 5]',
  ],
  [
    'a direction of weights of another shape',
    () => family.pushforward(state, particles, { weight: numbers(1) }),
    'expected a direction of weight of shape [4], got shape [1]',
  ],
]);

const custom = customFamily({ name: 'mine', parameterCount: 5, value: (x) => x });
const short = customFamily({ name: 'short', parameterCount: 5, value: (x) => ops.sliceDim(x, 1, 0, 1) });
const flat = customFamily({ name: 'flat', parameterCount: 5, value: (x) => x, batched: true });
expectRejected([
  [
    'custom: particles of another family',
    () => custom.velocity(state, other),
    'family mine needs particles [M, 5]',
  ],
  [
    'custom: a cotangent of another shape',
    () => custom.pullback(state, particles, normal(N, 3), { state: true }),
    'expected a cotangent with the shape of the state',
  ],
  [
    'custom: a direction of another shape',
    () => custom.pushforward(state, particles, { state: normal(N, 3) }),
    'expected a direction of state of shape [5, 2]',
  ],
  [
    'custom: a value of another shape',
    () => short.velocity(state, particles),
    'family short: value returned shape [5, 1], expected a tensor of f64 [5, 2]',
  ],
  [
    'custom: a batched value of another shape',
    () => flat.velocity(state, particles),
    'family flat: value returned shape [1, 5, 2], expected a tensor of f64 [4, 5, 2]',
  ],
  [
    'custom: an invalid number of parameters',
    () => customFamily({ parameterCount: () => 0, value: (x) => x }).velocity(state, particles),
    'expected an integer >= 1 for parameterCount, got 0',
  ],
]);
