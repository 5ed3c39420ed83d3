/**
 * NaN, infinity, lists of other lengths and mixed types that would vanish in a result: each is rejected by one line.
 * Operators on tensors let NaN through, as in PyTorch, and their results show it.
 */
import { describe, expect, it } from 'vitest';
import { CounterStream, fillBatch } from '../../src/data/index.ts';
import {
  adjointFlow,
  combination,
  continuousAdjoint,
  countTies,
  crossEntropyLoss,
  customFamily,
  energy,
  fitCostate,
  flow,
  functionalGradient,
  gridMeasure,
  insertParticles,
  linearisedModel,
  minimiseOverBall,
  mixtureInStep,
  outerWeights,
  pathMeasure,
  slicesOf,
  smoothPaths,
  gaussian,
  sortedOrder,
  squaredLoss,
  stochasticDescent,
  swapBetween,
  tangentKernel,
  tangentKernelSize,
  tangentPull,
  tangentPush,
  tiles,
  trajectory,
} from '../../src/mean-field/index.ts';
import { batchSampler, langevinNoise } from '../../src/mean-field/dynamics/index.ts';
import { full, ones, ops, tensor, to, zeros } from '../../src/tensor/index.ts';
import { atMost, fitLine, fitPower } from '../../src/theory/index.ts';
import { mergeEvaluations } from '../../src/train/index.ts';
import {
  expectRejected,
  f32,
  family,
  generator,
  grid,
  k,
  L,
  list,
  M,
  N,
  normal,
  particles,
  problem,
  solution,
  state,
  theta,
  withEntry,
} from './invalid-arguments.ts';

const slices = slicesOf(family, grid);
const steps = [...grid.steps];
const states = trajectory(slices, state, steps);
const bad = [NaN, Infinity, -Infinity];
const gradient = functionalGradient(solution, 0);
const labels = tensor(BigInt64Array.of(0n, 1n, 0n, 1n, 5n));
const evaluation = { count: 1, loss: 1, error: 0, confusion: [[1]], perClassError: [0] };
const kernel = tangentKernel(problem, family, grid);
const linear = linearisedModel(kernel, problem.targets, state);
const cross = kernel;
const set = {
  name: 'two',
  images: new Uint8Array(8),
  labels: Int32Array.of(0, 1),
  classes: ['a', 'b'],
  height: 2,
  width: 2,
  channels: 1,
  count: 2,
};
const fill =
  (indices: Int32Array, more: object, epoch = 0) =>
  (): void => {
    fillBatch(set, indices, { pad: 0, flip: false, cutout: 0, ...more }, 1, epoch, new Uint8Array(8));
  };
const both = Int32Array.of(0, 1);

describe('lists', () => {
  expectRejected([
    ...bad.flatMap((value): [string, () => unknown, string][] => [
      [`sortedOrder of ${value}`, () => sortedOrder([0, value]), `a finite number for tau[1], got ${value}`],
      [`countTies of ${value}`, () => countTies([value, value]), `a finite number for tau[0], got ${value}`],
      [`tiles of ${value}`, () => tiles([0.5, value]), `for tau[1], got ${value}`],
      [
        `a step of ${value}`,
        () => flow(slices, state, [value, ...steps.slice(1)]),
        `a finite number or a tensor for step 0, got ${value}`,
      ],
      [
        `c of a scheme with ${value}`,
        () =>
          energy(problem, family, grid, {
            integrator: { name: 'own', order: 2, a: [[], [1]], b: [0.5, 0.5], c: [0, value] },
          }),
        `a finite number for scheme own: c[1], got ${value}`,
      ],
    ]),
    ['tiles of a negative depth', () => tiles([-1, 1]), 'a finite number >= 0 for tau[0], got -1'],
    ['swaps of other particles', () => swapBetween([0, 1], [0, 2]), 'the orders are [0, 1] and [0, 2]'],
    ['swaps of fewer particles', () => swapBetween([0, 1, 2], [1, 0]), 'exchanges the same particles'],
    ['swaps of a particle twice', () => swapBetween([0, 1, 1], [1, 0, 1]), 'exchanges the same particles'],
    ['swaps with NaN', () => swapBetween([0, 1], [NaN, 0]), 'exchanges the same particles'],
    ['a fit of other lengths', () => fitLine([1, 2, 3], [1, 2]), 'there are 3 x and 2 y'],
    ['a power of other lengths', () => fitPower([1, 2], [1, 2, 3]), 'there are 2 x and 3 y'],
    ['a power at 0', () => fitPower([0, 1, 2], [1, 2, 3]), '> 0 for x of a power law, got 0'],
    [
      'states of other slices',
      () => adjointFlow(slices, states.slice(1), steps, state),
      'an adjoint of 3 slices needs 4 states, got 3',
    ],
    [
      'too many states',
      () => adjointFlow(slices, [...states, state], steps, state),
      'an adjoint of 3 slices needs 4 states, got 5',
    ],
    [
      'parts of other classes',
      () =>
        mergeEvaluations([
          evaluation,
          {
            ...evaluation,
            confusion: [
              [1, 0],
              [0, 1],
            ],
          },
        ]),
      'parts have one list of classes: 1 and 2',
    ],
    [
      'parts without a count',
      () => mergeEvaluations([{ ...evaluation, count: NaN }]),
      'an integer >= 1 for the count of part 0, got NaN',
    ],
  ]);

  it('a power law shows NaN instead of ignoring its point', () => {
    expect(fitPower([1, 2, 3], [1, NaN, 3]).slope).toBeNaN();
  });
});

describe('numbers', () => {
  expectRejected([
    [
      'the rate of noise',
      () => {
        langevinNoise(0.1, generator)(state, NaN);
      },
      '>= 0 for ds, got NaN',
    ],
    [
      'noise of a descent',
      () => stochasticDescent(problem, family, grid, { ds: 0.1, batch: 2, generator, noise: NaN }),
      '>= 0 for noise, got NaN',
    ],
    [
      'samples without end',
      () => batchSampler(Infinity, { batch: 2, generator }),
      'for the number of samples, got Infinity',
    ],
    ['d of outer weights', () => outerWeights(NaN), 'an integer >= 1 for d, got NaN'],
    ['the radius of outer weights', () => outerWeights(2)(list, list, NaN), '> 0 for radius, got NaN'],
    [
      'the depth of a path',
      () => smoothPaths(gaussian(), generator, 2, 3)(NaN),
      'a finite number for depth, got NaN',
    ],
    [
      'the fraction of a path',
      () => pathMeasure(() => particles, 2).particles(0, NaN),
      'for the fraction of a step, got NaN',
    ],
    ['a stream of a NaN', () => new CounterStream(1, 'order', NaN), 'an integer for a, got NaN'],
    ['a stream of a fraction', () => new CounterStream(1, 'order', 0, 0.5), 'an integer for b, got 0.5'],
    ['a stream without a name', () => new CounterStream(1, 'ordr' as never), 'did you mean order?'],
    ['numbers below NaN', () => new CounterStream(1, 'order').below(NaN), 'for n, got NaN'],
    ['numbers below 1.5', () => new CounterStream(1, 'order').below(1.5), 'for n, got 1.5'],
    ['an image beyond the set', fill(Int32Array.of(0, 2), {}), 'image 2 is not one of the 2 images'],
    ['a negative image', fill(Int32Array.of(-1, 0), {}), 'image -1 is not one of the 2 images'],
    ['a pad of NaN', fill(both, { pad: NaN }), 'an integer >= 0 for pad, got NaN'],
    ['a cutout of a half', fill(both, { cutout: 0.5 }), 'an integer >= 0 for cutout, got 0.5'],
    ['an epoch of NaN', fill(both, {}, NaN), 'an integer for a, got NaN'],
    ['NaN as a boolean', () => tensor([1, NaN], { dtype: 'bool' }), 'for data[1], got NaN'],
    ['NaN of a typed array as a boolean', () => tensor(Float32Array.of(NaN), 'bool'), 'for data[0], got NaN'],
    ['NaN as an integer', () => to(tensor([NaN]), 'i64'), 'NaN or an infinite number, which i64 cannot hold'],
    ['infinity as a byte', () => to(tensor([Infinity]), { dtype: 'u8' }), 'which u8 cannot hold'],
  ]);

  it('a measurement of minus infinity is not a small error', () => {
    expect(atMost({ name: 'error', measured: -Infinity }, 1)).toMatchObject({ pass: false, miss: Infinity });
    expect(atMost({ name: 'error', measured: 0.5 }, 1)).toMatchObject({ pass: true, miss: 0.5 });
  });
});

describe('tensors', () => {
  const nan = withEntry(list, NaN);
  expectRejected([
    [
      'atoms of another type',
      () => insertParticles(grid, f32(normal(L, 1, k)), 0.5),
      'expected atoms of f64, the type of the measure, got f32',
    ],
    [
      'NaN in a step',
      () => mixtureInStep(grid, 0, { ...particles, theta: nan }, 0.5),
      'particle 0 holds NaN',
    ],
    [
      'fewer weights than particles in a step',
      () => mixtureInStep(grid, 0, { theta: list, weight: ones([M - 1], 'f64') }, 0.5),
      '4 particles need weights [4], got shape [3]',
    ],
    [
      'another type in a step',
      () => mixtureInStep(grid, 0, { theta: f32(list), weight: f32(particles.weight) }, 0.5).particles(0, 0),
      'measures to combine must have the same dtype, got f64 and f32',
    ],
    [
      'a combination of types',
      () =>
        combination([
          [0.5, grid],
          [0.5, gridMeasure(f32(theta))],
        ]).particles(0, 0),
      'measures to combine must have the same dtype, got f64 and f32',
    ],
    ['theta of another type', () => grid.withTheta(f32(theta)), 'theta: expected f64'],
    ['weights of another type', () => grid.withWeight(f32(grid.weight)), 'weight: expected f64'],
    ['theta that is not a tensor', () => grid.withTheta([1] as never), 'a tensor for theta'],
    [
      'a costate of NaN',
      () => fitCostate(state, withEntry(state, NaN), { count: 2, generator }),
      'found NaN or an infinite number in the costate',
    ],
    [
      'a state of infinity',
      () => fitCostate(withEntry(state, Infinity), state, { count: 2, generator }),
      'found NaN or an infinite number in the state',
    ],
    [
      'a costate of another type',
      () => fitCostate(state, f32(state), { count: 2, generator }),
      'state and costate must have the same dtype, got f64 and f32',
    ],
    [
      'a start of NaN',
      () => continuousAdjoint(family, grid, withEntry(state, NaN), state),
      'found NaN or an infinite number in the state',
    ],
    [
      'an end of infinity',
      () => continuousAdjoint(family, grid, state, withEntry(state, -Infinity)),
      'found NaN or an infinite number in the costate',
    ],
    [
      'a step of NaN in a measure',
      () => continuousAdjoint(family, { ...grid, steps: [NaN] }, state, state),
      'step 0 in depth is NaN',
    ],
    [
      'a kernel against NaN',
      () => tangentKernelSize(problem, family, grid, { against: withEntry(state, NaN) }),
      'found NaN or an infinite number in against',
    ],
    [
      'the size against no sample',
      () => tangentKernelSize(problem, family, grid, { against: zeros([0, 2], 'f64') }),
      "expected [N', 2], got shape [0, 2]",
    ],
    [
      'a displacement of NaN',
      () => tangentPush(problem, family, grid, withEntry(theta, NaN)),
      'found NaN or an infinite number in the displacement',
    ],
    [
      'a displacement of another type',
      () => tangentPush(problem, family, grid, f32(theta)),
      'expected f64 [3, 4, 5], got f32 [3, 4, 5]',
    ],
    [
      'a residual of NaN',
      () => tangentPull(problem, family, grid, withEntry(state, NaN)),
      'found NaN or an infinite number in z',
    ],
    ['a residual of another shape', () => tangentPull(problem, family, grid, list), 'z: expected f64 [5, 2]'],
    [
      'predictions elsewhere of NaN',
      () => linear.atOtherInputs(1, cross, withEntry(state, NaN)),
      'found NaN or an infinite number in the predictions at other inputs',
    ],
    [
      'predictions elsewhere of another shape',
      () => linear.atOtherInputs(1, cross, list),
      'expected predictions at other inputs [5, 2], got shape [4, 5]',
    ],
    [
      'values of two types',
      () => family.values(state, f32(list)),
      'state and theta must have the same dtype, got f64 and f32',
    ],
    [
      'values of an own family of two types',
      () => customFamily({ parameterCount: 2, value: ops.mul }).values(state, f32(normal(3, 2))),
      'state and theta must have the same dtype, got f64 and f32',
    ],
    [
      'a cotangent of another type',
      () => family.pullback(state, particles, f32(state), { theta: true }),
      'state and cotangent must have the same dtype, got f64 and f32',
    ],
    [
      'a direction of another type',
      () => family.pushforward(state, particles, { theta: f32(list) }),
      'theta and its direction must have the same dtype, got f64 and f32',
    ],
    ['targets that would broadcast', () => squaredLoss.value(state, normal(N, 1)), 'got [5, 2] and [5, 1]'],
    [
      'predictions that would broadcast',
      () => squaredLoss.residual(normal(1, 2), state),
      'got [1, 2] and [5, 2]',
    ],
    ['labels beyond the classes', () => crossEntropyLoss.value(state, labels), 'got 5'],
    ['labels for numbers', () => squaredLoss.value(state, labels), 'got [5, 2] and [5]'],
    [
      'probabilities of another shape',
      () => crossEntropyLoss.residual(state, normal(1, 2)),
      'got [5, 2] and [1, 2]',
    ],
  ]);

  it('a flow may still reach NaN: its result shows it', () => {
    expect(flow(slices, withEntry(state, NaN), steps).toArray()[0]).toBeNaN();
    expect(Number.isNaN(energy(problem, family, grid.withTheta(withEntry(theta, NaN))))).toBe(true);
  });
});

describe('options without effect', () => {
  const starts = normal(3, k);
  expectRejected([
    [
      'a generator beside starts',
      () => minimiseOverBall(gradient, k, { radius: 1, starts, generator }),
      'give either starts or a generator',
    ],
    [
      'starts that are not a tensor',
      () => minimiseOverBall(gradient, k, { radius: 1, starts: [[1]] as never }),
      'a tensor [starts, 5] for starts',
    ],
    ['a device for samples', () => generator.normal([1], { device: 'cpu' } as never), 'leave device out'],
    [
      'samples that are integers',
      () => generator.uniform([1], 'i64'),
      'unknown dtype of random numbers "i64"',
    ],
  ]);

  it('a dtype is an option or stands alone, in every constructor', () => {
    const made = [
      full([2], 3, 'f64'),
      full([2], 3, { dtype: 'f64' }),
      zeros([2], 'f64'),
      zeros([2], { dtype: 'f64' }),
      ones([2], 'f64'),
      ones([2], { dtype: 'f64' }),
      tensor([1, 2], 'f64'),
      tensor([1, 2], { dtype: 'f64' }),
      tensor([1, 2], [2], 'f64'),
      tensor([1, 2], [2], { dtype: 'f64' }),
      generator.normal([2], 'f64'),
      generator.normal([2], { dtype: 'f64' }),
      generator.uniform([2], 'f64'),
      generator.uniform([2], { dtype: 'f64' }),
      to(tensor([1, 2]), 'f64'),
      to(tensor([1, 2]), { dtype: 'f64' }),
    ];
    expect(made.map(({ dtype }) => dtype)).toEqual(made.map(() => 'f64'));
    expect(made.every(({ shape }) => shape.join() === '2')).toBe(true);
    expect(generator.normal([2], {}).dtype).toBe('f32');
  });
});
