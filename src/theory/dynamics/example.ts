/** Regression problems for the claims about the gradient flow. */
import {
  bottleneck,
  type Family,
  type FamilyActivation,
  gaussian,
  gridMeasure,
  type GridMeasure,
  independentSlices,
  type Law,
  type Problem,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { Fashion } from '../fashion.ts';

/** A problem, a family of blocks, and the initial particles of a flow. */
export interface Example {
  readonly problem: Problem;
  readonly family: Family;
  readonly start: GridMeasure;
  /** d, the number of features of the state. */
  readonly d: number;
}

export interface Sizes {
  readonly samples: number;
  readonly d: number;
  readonly slices: number;
  readonly particles: number;
}

/** N = 24, d = 4, L = 8, M = 32. */
export const defaultSizes: Sizes = { samples: 24, d: 4, slices: 8, particles: 32 };
/** Sizes for quick runs. */
export const quickSizes: Sizes = { samples: 10, d: 4, slices: 4, particles: 32 };

/** y = sin(x_1 + x_2) + 1/2 cos(x_3 - x_4), cyclically for other d. */
function target(x: readonly number[]): number {
  const at = (i: number): number => x[i % x.length] ?? 0;
  return Math.sin(at(0) + at(1)) + Math.cos(at(2) - at(3)) / 2;
}

/** One output through a random readout of length 1, and particles drawn from a law. */
function exampleOf(
  generator: Generator,
  inputs: Tensor,
  targets: Float64Array,
  family: Family,
  law: Law,
  slices: number,
  particles: number,
): Example {
  const d = inputs.shape[1] ?? 0;
  const row = generator.normal([1, d], 'f64');
  const readout = ops.divScalar(row, ops.norm(row).item());
  const theta = independentSlices(law, generator, slices, particles, family.parameterCount(d), 'f64');
  const problem = { inputs, targets: tensor(targets, [targets.length, 1]), readout };
  return { problem, family, start: gridMeasure(theta), d };
}

/**
 * Gaussian inputs, one smooth output through a readout of length 1, and particles from N(0, I), which have full
 * support in the limit of many.
 */
export function drawnExample(
  generator: Generator,
  { activation = 'tanh', ...sizes }: Partial<Sizes> & { activation?: FamilyActivation } = {},
): Example {
  const { samples, d, slices, particles } = { ...defaultSizes, ...sizes };
  return scope(() => {
    const inputs = generator.normal([samples, d], 'f64');
    const numbers = inputs.toArray();
    const targets = Float64Array.from({ length: samples }, (_, i) =>
      target(numbers.slice(i * d, (i + 1) * d)),
    );
    return exampleOf(generator, inputs, targets, bottleneck(activation), gaussian(), slices, particles);
  });
}

/**
 * The first images of Fashion-MNIST, reduced to principal components; the target is 1 or -1, the parity of the
 * class.
 */
export function fashionExample(
  fashion: Fashion,
  generator: Generator,
  sizes: Partial<Omit<Sizes, 'd'>> = {},
): Example {
  const { samples, slices, particles } = { ...defaultSizes, samples: 100, ...sizes };
  return scope(() => {
    const inputs = ops.clone(ops.sliceDim(fashion.inputs, 0, 0, samples));
    const targets = Float64Array.from(fashion.labels.slice(0, samples), (label) => (label % 2 ? 1 : -1));
    return exampleOf(generator, inputs, targets, bottleneck('tanh'), gaussian(0.5), slices, particles);
  });
}
