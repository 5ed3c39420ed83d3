import { addAt, at, checkSameShape, denseArray, sizes4, type DenseArray } from './array.ts';

/** Batch statistics of one batch-norm layer, by channel. */
export interface BatchStatistics {
  readonly mean: Float64Array;
  /** Unbiased (divided by count - 1), as PyTorch uses for running_var. */
  readonly variance: Float64Array;
}

export interface BatchNorm {
  readonly value: DenseArray;
  readonly backward: (cotangent: DenseArray) => {
    input: DenseArray;
    weight: Float64Array;
    bias: Float64Array;
  };
}

/** The defaults of `torch.nn.BatchNorm2d`. */
export const batchNormDefaults = { momentum: 0.1, epsilon: 1e-5 } as const;

/**
 * Batch normalisation in training mode, as `torch.nn.BatchNorm2d`: by channel over samples, rows and columns,
 * value = weight (x - mean) / sqrt(variance + epsilon) + bias, with the biased variance (divided by count).
 * @param x [N, C, H, W]
 * @param weight [C]
 * @param bias [C]
 * @throws RangeError with fewer than two values per channel: the unbiased variance does not exist
 */
export function batchNorm(
  x: DenseArray,
  weight: Float64Array,
  bias: Float64Array,
  epsilon: number = batchNormDefaults.epsilon,
): BatchNorm & { readonly statistics: BatchStatistics } {
  const { channels, count, channelOf } = layout(x);
  if (count < 2) throw new RangeError('batchNorm: training needs at least two values per channel');
  const mean = new Float64Array(channels);
  x.data.forEach((v, i) => {
    addAt(mean, channelOf(i), v / count);
  });
  const sumOfSquares = new Float64Array(channels);
  x.data.forEach((v, i) => {
    addAt(sumOfSquares, channelOf(i), (v - at(mean, channelOf(i))) ** 2);
  });
  const scale = sumOfSquares.map((sum) => 1 / Math.sqrt(sum / count + epsilon));
  const normalised = x.data.map((v, i) => (v - at(mean, channelOf(i))) * at(scale, channelOf(i)));
  return {
    value: affine(x, normalised, weight, bias),
    statistics: { mean, variance: sumOfSquares.map((sum) => sum / (count - 1)) },
    backward(cotangent) {
      checkSameShape(x, cotangent);
      const { dWeight, dBias } = affineGradients(cotangent, normalised);
      // The terms of d mean and d variance remove the mean of p and its component along the normalised values.
      const input = cotangent.data.map((p, i) => {
        const c = channelOf(i);
        const centred = p - at(dBias, c) / count - (at(normalised, i) * at(dWeight, c)) / count;
        return at(weight, c) * at(scale, c) * centred;
      });
      return { input: denseArray(x.shape, input), weight: dWeight, bias: dBias };
    },
  };
}

/**
 * Batch normalisation in evaluation mode, with constant running mean and variance: value = weight (x -
 * runningMean) / sqrt(runningVar + epsilon) + bias.
 */
export function batchNormEval(
  x: DenseArray,
  weight: Float64Array,
  bias: Float64Array,
  runningMean: Float64Array,
  runningVar: Float64Array,
  epsilon: number = batchNormDefaults.epsilon,
): BatchNorm {
  const { channelOf } = layout(x);
  const scale = runningVar.map((v) => 1 / Math.sqrt(v + epsilon));
  const normalised = x.data.map((v, i) => (v - at(runningMean, channelOf(i))) * at(scale, channelOf(i)));
  return {
    value: affine(x, normalised, weight, bias),
    backward(cotangent) {
      checkSameShape(x, cotangent);
      const { dWeight, dBias } = affineGradients(cotangent, normalised);
      const input = cotangent.data.map((p, i) => p * at(weight, channelOf(i)) * at(scale, channelOf(i)));
      return { input: denseArray(x.shape, input), weight: dWeight, bias: dBias };
    },
  };
}

/** In place: running <- (1 - momentum) running + momentum batch, for mean and variance. */
export function updateRunningStatistics(
  running: { readonly mean: Float64Array; readonly variance: Float64Array },
  batch: BatchStatistics,
  momentum: number = batchNormDefaults.momentum,
): void {
  for (const key of ['mean', 'variance'] as const)
    running[key].forEach((v, c) => {
      running[key][c] = (1 - momentum) * v + momentum * at(batch[key], c);
    });
}

function layout(x: DenseArray): { channels: number; count: number; channelOf: (index: number) => number } {
  const [samples, channels, height, width] = sizes4(x);
  const area = height * width;
  return { channels, count: samples * area, channelOf: (index) => Math.floor(index / area) % channels };
}

function affine(
  x: DenseArray,
  normalised: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
): DenseArray {
  const { channels, channelOf } = layout(x);
  if (weight.length !== channels || bias.length !== channels)
    throw new RangeError(
      `batchNorm: ${channels} channels need ${channels} weights and biases, got ${weight.length} and ${bias.length}`,
    );
  return denseArray(
    x.shape,
    normalised.map((v, i) => at(weight, channelOf(i)) * v + at(bias, channelOf(i))),
  );
}

function affineGradients(
  cotangent: DenseArray,
  normalised: Float64Array,
): { dWeight: Float64Array; dBias: Float64Array } {
  const { channels, channelOf } = layout(cotangent);
  const dWeight = new Float64Array(channels);
  const dBias = new Float64Array(channels);
  cotangent.data.forEach((p, i) => {
    addAt(dWeight, channelOf(i), p * at(normalised, i));
    addAt(dBias, channelOf(i), p);
  });
  return { dWeight, dBias };
}
