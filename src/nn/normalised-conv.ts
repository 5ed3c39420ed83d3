/** A convolution followed by a batch norm. */
import type { AfterNorm, BatchNorm } from './batch-norm.ts';
import type { Conv2d } from './conv2d.ts';
import type { Mode } from './layer.ts';
import { ops, type Tensor } from '../tensor/index.ts';

/**
 * s(norm(conv(x)) + add). In evaluation, norm is affine with known coefficients, norm(u) = scale u + shift, and both
 * fold into one convolution with weights scale W and bias shift, which saves a pass over the activations.
 *
 * @param input - [B, C, H, W]
 */
export function normalisedConv(
  conv: Conv2d,
  norm: BatchNorm,
  input: Tensor,
  mode: Mode,
  after: AfterNorm = {},
): Tensor {
  if (mode.training) return norm.forward(conv.forward(input), mode, after);
  const { scale, shift } = norm.folded(after.factor);
  const { add, activation } = after;
  return conv.forward(input, { factor: ops.view(scale, [-1, 1, 1, 1]), shift, add, activation });
}
