/** Invalid measures as functions of depth, and invalid laws: one clear line each, thrown before any computation. */
import {
  ball,
  combination,
  gaussian,
  gridMeasure,
  piecewiseConstant,
  independentSlices,
  mixture,
  refineSteps,
  pathMeasure,
  smoothPaths,
  sphere,
} from '../../src/mean-field/index.ts';
import { generator, normal, numbers, grid, particles, expectRejected, path } from './invalid-arguments.ts';

expectRejected([
  [
    'path: not a function',
    () => pathMeasure(grid as never, 4),
    'expected a function of depth for the path of a measure',
  ],
  ['path: no steps', () => pathMeasure(() => particles, 0), 'expected an integer >= 1 for steps, got 0'],
  [
    'path: a non-integer step count',
    () => pathMeasure(() => particles, 2.5),
    'expected an integer >= 1 for steps, got 2.5',
  ],
  [
    'path: steps of length 0',
    () => pathMeasure(() => particles, []),
    'needs at least one step of positive length',
  ],
  ['path: a step that is not there', () => path.particles(4, 0), 'for the step in depth, got 4'],
  ['held constant beyond its step', () => piecewiseConstant(path, 2), 'for the fraction of a step, got 2'],
  [
    'a finer grid that cuts a step',
    () => refineSteps(grid, [0.5, 0.5]),
    'the step [0, 0.5] in depth does not lie within one step of the measure',
  ],
  ['a finer grid of NaN', () => refineSteps(grid, [NaN]), 'step 0 in depth is NaN'],
  ['a mixture by NaN', () => mixture(grid, grid, NaN), 'expected a finite number for lambda, got NaN'],
  ['a combination of nothing', () => combination([]), 'a combination needs at least one measure'],
  [
    'a combination with factor Infinity',
    () => combination([[Infinity, grid]]),
    'for factor 0 of a combination, got Infinity',
  ],
  [
    'a mixture of two families',
    () => mixture(grid, gridMeasure(normal(3, 2, 4)), 0.5).particles(0, 0),
    'measures to combine must have the same k, got 5 and 4',
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
    'smooth paths with a wrong number of weights',
    () => smoothPaths(gaussian(), generator, 4, 5, { weight: numbers(1) }),
    '4 particles need weights [4], got shape [1]',
  ],
  ['a negative spread', () => gaussian(-1), 'expected a finite number >= 0 for std, got -1'],
  ['a sphere of no radius', () => sphere(0), 'expected a finite number > 0 for radius, got 0'],
  ['a ball of radius NaN', () => ball(NaN), 'expected a finite number > 0 for radius, got NaN'],
  ['draws of no numbers', () => gaussian()(generator, 4, 0), 'expected an integer >= 1 for k, got 0'],
  ['a negative number of draws', () => ball()(generator, -1, 3), 'for the number of particles, got -1'],
  [
    'draws without slices',
    () => independentSlices(sphere(), generator, 0, 4, 3),
    'expected an integer >= 1 for slices, got 0',
  ],
]);
