/** Small networks for linearised training. */
import {
  bottleneck,
  branchFamily,
  type Family,
  gaussian,
  gridMeasure,
  type GridMeasure,
  independentSlices,
  type Problem,
  twoLayer,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';

export interface Net {
  readonly problem: Problem;
  readonly family: Family;
  readonly start: GridMeasure;
}

export interface NetSizes {
  readonly samples: number;
  readonly features: number;
  readonly particles: number;
}

/** Inputs on the sphere of radius sqrt(D), outputs of size one, a readout of length one. */
function regression(generator: Generator, samples: number, features: number): Problem {
  const x = generator.normal([samples, features], 'f64');
  const length = ops.sqrt(ops.sumDim(ops.mul(x, x), [1], true));
  const readout = generator.normal([1, features], 'f64');
  return {
    inputs: ops.mulScalar(ops.div(x, length), Math.sqrt(features)),
    targets: generator.normal([samples, 1], 'f64'),
    readout: ops.div(readout, ops.norm(readout)),
  };
}

/** A mean-field ResNet of four slices. */
export function resNet(generator: Generator, { samples, features, particles }: NetSizes): Net {
  const family = bottleneck('tanh');
  const k = family.parameterCount(features);
  return {
    problem: regression(generator, samples, features),
    family,
    start: gridMeasure(independentSlices(gaussian(), generator, 4, particles, k, 'f64')),
  };
}

/** A two-layer network with particles in pairs (a, w, b), (-a, w, b), so that its predictions start at 0. */
export function antisymmetricTwoLayer(generator: Generator, { samples, features, particles }: NetSizes): Net {
  const family = twoLayer(bottleneck('tanh'));
  const half = generator.normal([1, particles / 2, family.parameterCount(features)], 'f64');
  const a = ops.sliceDim(half, 2, 0, features);
  const wb = ops.sliceDim(half, 2, features, 2 * features + 1);
  return {
    problem: regression(generator, samples, features),
    family,
    start: gridMeasure(scope(() => ops.cat([half, ops.cat([ops.neg(a), wb], 2)], 1))),
  };
}

/** One block of a CIFAR ResNet, two 3 x 3 convolutions with relu in between, on images with 8 channels. */
export function cifarBlock(generator: Generator, { samples }: Pick<NetSizes, 'samples'>): Net {
  const [channels, side] = [8, 6];
  const features = channels * side * side;
  const kernel = [channels, channels, 3, 3];
  const family = branchFamily({
    name: 'CIFAR block',
    stateShape: [channels, side, side],
    parameters: { conv1: kernel, conv2: kernel },
    value: (x: Tensor, { conv1, conv2 }) =>
      ops.conv2d(ops.relu(ops.conv2d(x, conv1, null, [1], [1])), conv2, null, [1], [1]),
  });
  // He initialisation: variance 2 / (9 channels).
  const theta = generator.normal([1, 1, family.parameterCount(features)], 'f64');
  return {
    problem: regression(generator, samples, features),
    family,
    start: gridMeasure(ops.mulScalar(theta, Math.sqrt(2 / (9 * channels)))),
  };
}
