/** Regression problems that separate networks that learn features from those that do not. */
import {
  bottleneck,
  type Family,
  gridMeasure,
  type GridMeasure,
  type Problem,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';

/** A target with mean 0 and variance 1, and the law of its inputs. */
export interface Task {
  readonly name: string;
  /** [count, D]. */
  readonly inputs: (generator: Generator, count: number, features: number) => Tensor;
  readonly target: (x: readonly number[]) => number;
}

const gaussianInputs: Task['inputs'] = (generator, count, features) =>
  generator.normal([count, features], 'f64');

/** x_1 x_2 on {-1, 1}^D: two of D coordinates matter. */
export const xor: Task = {
  name: 'XOR',
  inputs: (generator, count, features) =>
    scope(() => ops.sign(ops.addScalar(generator.uniform([count, features], 'f64'), -0.5))),
  target: ([first = 0, second = 0]) => first * second,
};

/** He_2(x_1) / sqrt(2) = (x_1^2 - 1) / sqrt(2), Gaussian inputs: one direction of D matters. */
export const hermite: Task = {
  name: 'He_2',
  inputs: gaussianInputs,
  target: ([first = 0]) => (first * first - 1) / Math.SQRT2,
};

/** (|x|^2 - D) / sqrt(2 D), Gaussian inputs: no direction is special, so there is no feature to learn. */
export const radius: Task = {
  name: 'abs(x)^2',
  inputs: gaussianInputs,
  target: (x) => (x.reduce((sum, value) => sum + value * value, 0) - x.length) / Math.sqrt(2 * x.length),
};

export interface Samples {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

export function draw(
  { inputs, target }: Task,
  generator: Generator,
  count: number,
  features: number,
): Samples {
  const x = inputs(generator, count, features);
  const numbers = x.toArray();
  const y = Float64Array.from({ length: count }, (_, i) =>
    target(numbers.slice(i * features, (i + 1) * features)),
  );
  return { inputs: x, targets: tensor(y, [count, 1]) };
}

/**
 * The state is (x, 0), and the prediction its last coordinate: it starts at 0, without a linear path around the
 * blocks.
 */
export function readLastCoordinate({ inputs, targets }: Samples): Problem {
  const features = inputs.shape[1] ?? 0;
  const embedding = scope(() => ops.constantPadNd(identity(features), [0, 0, 0, 1]));
  const readout = tensor(
    Float64Array.from({ length: features + 1 }, (_, i) => (i === features ? 1 : 0)),
    [1, features + 1],
  );
  return { inputs, targets, embedding, readout };
}

const identity = (n: number): Tensor =>
  tensor(
    Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  );

export const blocks: Family = bottleneck('relu');

/**
 * L slices of M blocks at initialisation: a ~ N(0, I), w ~ N(0, 4 I / D), b ~ N(0, 1), so that w.x + b is of order
 * 2 and the kernel depends on the length of x.
 */
export function initialBlocks(
  generator: Generator,
  features: number,
  slices: number,
  particles: number,
): GridMeasure {
  const normal = (width: number, size: number): Tensor =>
    ops.mulScalar(generator.normal([slices, particles, width], 'f64'), size);
  return gridMeasure(
    scope(() =>
      ops.cat([normal(features + 1, 1), normal(features + 1, 2 / Math.sqrt(features)), normal(1, 1)], 2),
    ),
  );
}
