/**
 * An own residual block for `meanfield train --block`: f(x, theta) = gain (tanh(depthwise x + bias) mixed over channels).
 * A 3 x 3 convolution of each channel, a bounded activation, a 1 x 1 convolution. It has an eighth of the weights of a
 * basic block with 16 channels, and no batch norm.
 */
import type { OwnBlock } from 'meanfield/models';

export const init: OwnBlock['init'] = (rng, channels, { ops, zeros, ones }) => ({
  'depthwise.weight': ops.mulScalar(rng.normal([channels, 1, 3, 3]), Math.sqrt(1 / 9)),
  'depthwise.bias': zeros([channels]),
  'mix.weight': ops.mulScalar(rng.normal([channels, channels, 1, 1]), Math.sqrt(1 / channels)),
  gain: ones([channels, 1, 1]),
});

export const forward: OwnBlock['forward'] = (x, theta, { ops }) => {
  const [, channels] = x.shape;
  const weight = theta['depthwise.weight']!;
  const near = ops.conv2d(x, weight, theta['depthwise.bias'], [1, 1], [1, 1], [1, 1], channels);
  const mixed = ops.conv2d(ops.tanh(near), theta['mix.weight']!);
  return ops.mul(mixed, theta.gain!);
};
