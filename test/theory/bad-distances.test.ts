/** Invalid arguments of moments and distances: one clear line each, thrown before any computation. */
import {
  gridMeasure,
  gridWasserstein,
  meanOf,
  mapSlices,
  secondMoment,
  sinkhorn,
  sliceDirections,
  slicedWasserstein,
  wasserstein,
} from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import {
  M,
  numbers,
  withEntry,
  theta,
  weight,
  grid,
  list,
  interval,
  particles,
  expectRejected,
  other,
} from './invalid-arguments.ts';

expectRejected([
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
    'moments: wrong number of weights',
    () => meanOf({ theta: list, weight: numbers(1) }),
    '4 particles need weights [4], got shape [1]',
  ],
  [
    'moments: theta NaN',
    () => secondMoment({ ...particles, theta: withEntry(list, NaN, 12) }),
    'particle 2 holds NaN',
  ],
  [
    'moments: a fraction beyond its step',
    () => mapSlices(grid, secondMoment, 1.5),
    'for the fraction of a step, got 1.5',
  ],
  [
    'distance: another k',
    () => wasserstein(particles, other),
    'a distance needs measures with the same k, got 5 and 3',
  ],
  [
    'distance: another mass',
    () => wasserstein(particles, { ...particles, weight: ops.ones([M], 'f64') }),
    'measures of equal mass, got 1 and 4',
  ],
  [
    'distance: no mass',
    () => wasserstein(particles, { ...particles, weight: ops.zeros([M], 'f64') }),
    'a distance needs measures with mass, but all weights are 0',
  ],
  [
    'distance: a negative weight',
    () => sinkhorn(particles, { ...particles, weight: numbers(1, 1, 1, -2) }, { epsilon: 1 }),
    'weight 3 is -2: a distance needs weights',
  ],
  [
    'distance: a weight NaN',
    () => slicedWasserstein(particles, { ...particles, weight: numbers(1, 1, NaN, 1) }),
    'weight 2 is NaN',
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
    'over depth: different numbers of steps',
    () => gridWasserstein(grid, interval),
    'with the same steps in depth, got 3 and 4 steps',
  ],
  [
    'over depth: different steps',
    () => gridWasserstein(grid, gridMeasure(theta, { steps: [0.2, 0.4, 0.4] })),
    'step 0 is 0.3333333333333333 and 0.2',
  ],
]);
