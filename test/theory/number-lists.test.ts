/**
 * Lists of numbers may be arrays or typed arrays everywhere; a tensor, a string or a single number is rejected by
 * name.
 */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import {
  countTies,
  energy,
  gridMeasure,
  integrate,
  intervalMeasure,
  refineSteps,
  partRadii,
  pathMeasure,
  sortedOrder,
  solveFlow,
  swapBetween,
  tiles,
} from '../../src/mean-field/index.ts';
import { tableauOf } from '../../src/mean-field/integrators/index.ts';
import { tensor, type Tensor } from '../../src/tensor/index.ts';
import { fitLine, fitPower, mean, median, rms, sweep, verify } from '../../src/theory/index.ts';
import { numbers } from '../../src/train/settings/kinds.ts';
import { family, grid, list, normal, particles, problem, theta } from './invalid-arguments.ts';

type List = ArrayLike<number>;
const decay = (options: { saveAt?: List; breaks?: List }): unknown => {
  const { times, states } = integrate((_, x) => x, tensor([1], { dtype: 'f64' }), [0, 1], options);
  return [times, states.map((state) => state.toArray())];
};
const arrays = (tensors: readonly Tensor[]): unknown => tensors.map((one) => one.toArray());
const ks = normal(6, 5);

/** A list, and a value computed from it; integers are integers in every type. */
const lists: readonly (readonly [string, readonly number[], (values: List) => unknown])[] = [
  ['saveAt of solveFlow', [1, 0], (saveAt) => arrays(solveFlow(problem, family, grid, { saveAt }))],
  ['saveAt of integrate', [0, 1, 0.5], (saveAt) => decay({ saveAt })],
  ['breaks of integrate', [0.25, 0.5], (breaks) => decay({ breaks })],
  ['the interval of integrate', [0, 1], (ends) => integrate((_, x) => x, tensor([1]), ends).times],
  ['steps of gridMeasure', [1, 2, 0], (steps) => gridMeasure(theta, { steps }).steps],
  ['steps of pathMeasure', [1, 2], (steps) => pathMeasure(() => particles, steps).steps],
  [
    'steps of refineSteps',
    [0.25, 0.25, 0.5],
    (steps) => refineSteps(gridMeasure(theta, { steps: [0.25, 0.25, 0.5] }), steps).steps,
  ],
  ['tau of intervalMeasure', [1, 0.5, 0, 0.25], (tau) => intervalMeasure(list, { tau }).breaks],
  [
    'tauEnd of intervalMeasure',
    [1, 2, 3, 4],
    (tauEnd) => intervalMeasure(list, { tau: [0, 0, 0, 0], tauEnd }).breaks,
  ],
  ['tau of tiles', [1, 0.5], (tau) => tiles(tau)],
  ['the parts of partRadii', [2, 3], (parts) => partRadii({ theta: ks, weight: normal(6) }, parts)],
  ['the depths of sortedOrder', [2, 0, 1], (tau) => sortedOrder(tau)],
  ['the depths of countTies', [1, 0, 1], (tau) => countTies(tau)],
  ['the order of swapBetween', [1, 0, 2], (order) => swapBetween([0, 1, 2], order)],
  [
    'b of a scheme',
    [0.5, 0.5],
    (b) => tableauOf({ name: 'x', order: 2, a: [[], [1]], b: b as number[], c: [0, 1] }),
  ],
  ['x of fitLine', [1, 2, 4], (x) => fitLine(x, [1, 2, 3])],
  ['y of fitPower', [1, 2, 4], (y) => fitPower([1, 2, 3], y)],
  ['values of mean', [1, 2], (values) => mean(values)],
  ['values of rms', [1, 2], (values) => rms(values)],
  ['values of median', [1, 5, 2], (values) => median(values)],
  ['a variable of sweep', [1, 2], (L) => sweep({ L }, ({ L: one }) => ({ twice: 2 * one }))],
  ['numbers of a training setting', [1, 2], (values) => numbers({}).check('--x', values)],
];

describe.each(lists)('%s', (_, values, read) => {
  const types = [Float64Array, Float32Array];
  const given = values.every(Number.isInteger) ? [...types, Int32Array, Uint8Array] : types;
  it.each(given)('may be a %o or an array', (Type) => {
    expect(read(Type.from(values))).toEqual(read(values));
  });

  it.each<[string, unknown]>([
    ['a tensor', tensor([...values])],
    ['BigInt', BigInt64Array.of(1n, 0n)],
    ['texts', values.map(String)],
    ['bytes without a type', new DataView(new ArrayBuffer(8))],
    ['null', null],
  ])('may not be %s', (__, wrong) => {
    expect(() => read(wrong as List)).toThrow(UsageError);
    expect(() => read(wrong as List)).toThrow(/^expected .* for .*, got /);
  });
});

it('seeds of verify are a list of numbers', async () => {
  await expect(verify({ seeds: tensor([1]) as never })).rejects.toThrow('a list of numbers for seeds');
  await expect(verify({ ids: ['C1'], seeds: Float64Array.of(0.5) })).rejects.toThrow(
    'an integer >= 0 for seed',
  );
});

it('a measure keeps its own copy of a typed array', () => {
  const steps = Float64Array.of(0.5, 0.25, 0.25);
  const own = gridMeasure(theta, { steps });
  const before = energy(problem, family, own);
  steps.fill(7);
  expect(energy(problem, family, own)).toBe(before);
});
