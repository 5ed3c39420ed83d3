/** Invalid grid and interval measures: one clear line each, thrown before any computation. */
import { gridMeasure, intervalMeasure } from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import {
  numbers,
  f32,
  withEntry,
  theta,
  weight,
  grid,
  list,
  interval,
  particles,
  expectRejected,
} from './invalid-arguments.ts';

expectRejected([
  ['grid: theta of rank 2', () => gridMeasure(list), 'theta: expected [L, M, k], got shape [4, 5]'],
  [
    'grid: no slices',
    () => gridMeasure(ops.zeros([0, 4, 5], 'f64')),
    'a measure needs at least one particle, got theta of shape [0, 4, 5]',
  ],
  ['grid: no particles', () => gridMeasure(ops.zeros([3, 0, 5], 'f64')), 'got theta of shape [3, 0, 5]'],
  ['grid: k = 0', () => gridMeasure(ops.zeros([3, 4, 0], 'f64')), 'got theta of shape [3, 4, 0]'],
  [
    'grid: wrong number of steps',
    () => gridMeasure(theta, { steps: [1] }),
    'theta has 3 slices, but there are 1 steps',
  ],
  [
    'grid: a negative step',
    () => gridMeasure(theta, { steps: [1, -1, 1] }),
    'step 1 in depth is -1: steps must be finite',
  ],
  ['grid: a step NaN', () => gridMeasure(theta, { steps: [1, 1, NaN] }), 'step 2 in depth is NaN'],
  [
    'grid: all steps 0',
    () => gridMeasure(theta, { steps: [0, 0, 0] }),
    'needs at least one step of positive length',
  ],
  [
    'grid: weights of shape [M]',
    () => gridMeasure(theta, { weight: particles.weight }),
    'weight: expected [3, 4], got shape [4]',
  ],
  [
    'grid: a negative weight',
    () => gridMeasure(theta, { weight: withEntry(weight, -0.5, 6) }),
    'weight [1, 2] is -0.5: weights must be finite and not negative (allow negative weights with { signed: true })',
  ],
  [
    'grid: a weight NaN',
    () => gridMeasure(theta, { weight: withEntry(weight, NaN, 11), signed: true }),
    'weight [2, 3] is NaN: weights must be finite',
  ],
  [
    'grid: theta NaN',
    () => gridMeasure(withEntry(theta, NaN, 7)),
    'found NaN or an infinite number in theta',
  ],
  [
    'grid: theta infinite',
    () => gridMeasure(withEntry(theta, Infinity, 7)),
    'found NaN or an infinite number in theta',
  ],
  [
    'grid: mixed dtypes',
    () => gridMeasure(f32(theta), { weight }),
    'theta and weight must have the same dtype, got f32 and f64',
  ],
  [
    'grid: replacement particles of another shape',
    () => grid.withTheta(list),
    'theta: expected [3, 4, 5], got shape [4, 5]',
  ],
  [
    'grid: replacement weights of another shape',
    () => grid.withWeight(particles.weight),
    'weight: expected [3, 4], got shape [4]',
  ],
  [
    'grid: a step that does not exist',
    () => grid.particles(3, 0),
    'expected an integer >= 0 and <= 2 for the step in depth, got 3',
  ],
]);

expectRejected([
  [
    'interval: theta of rank 3',
    () => intervalMeasure(theta, { tau: [1, 2, 3] }),
    'theta: expected [n, k], got shape [3, 4, 5]',
  ],
  [
    'interval: no particles',
    () => intervalMeasure(ops.zeros([0, 5], 'f64'), { tau: [] }),
    'a measure needs at least one particle, got theta of shape [0, 5]',
  ],
  [
    'interval: wrong number of tau',
    () => intervalMeasure(list, { tau: [1] }),
    '4 particles need 4 tau, got 1',
  ],
  [
    'interval: wrong number of tauEnd',
    () => intervalMeasure(list, { tau: [0, 0, 0, 0], tauEnd: [1] }),
    '4 particles need 4 tauEnd, got 1',
  ],
  [
    'interval: tau NaN',
    () => intervalMeasure(list, { tau: [0, NaN, 1, 2] }),
    'tau of particle 1 is NaN: depths must be finite and not negative',
  ],
  [
    'interval: tau negative',
    () => intervalMeasure(list, { tau: [0, 1, 2, -1] }),
    'tau of particle 3 is -1: depths must be finite and not negative',
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
    'interval: no particle acts',
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
    'weight 2 is -1: weights must be finite and not negative',
  ],
  [
    'interval: theta NaN',
    () => intervalMeasure(withEntry(list, NaN), { tau: [1, 2, 3, 4] }),
    'found NaN or an infinite number in theta',
  ],
  [
    'interval: replacement particles of another shape',
    () => interval.withTheta(theta),
    'theta: expected [4, 5], got shape [3, 4, 5]',
  ],
  ['interval: a step that is not there', () => interval.particles(-1, 0), 'for the step in depth, got -1'],
]);
