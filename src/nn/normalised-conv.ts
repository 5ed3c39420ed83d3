/** A convolution and the batch norm after it. */
import type { AfterNorm, BatchNorm } from './batch-norm.ts';
import type { Conv2d } from './conv2d.ts';
import type { Mode } from './layer.ts';
import { ops, type Tensor } from '../tensor/index.ts';

/**
 * s(norm(conv(x)) + add). In evaluation norm is linear with known numbers, norm(u) = scale u + shift, and both are one
 * convolution, with weights scale W and biases shift: one pass over the activations less.
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
