/** Softmax cross-entropy. */
import { ops, type Tensor } from '../tensor/index.ts';

const meanReduction = 1;
const ignoreNothing = -100;

/**
 * The mean over the batch of (1 - s) (-log p_label) + s mean_c (-log p_c), p = softmax(logits).
 *
 * @param logits - [B, C]
 * @param labels - [B] i64
 * @param smoothing - s in [0, 1)
 */
export function crossEntropy(logits: Tensor, labels: Tensor, smoothing = 0): Tensor {
  return ops.crossEntropyLoss(logits, labels, null, meanReduction, ignoreNothing, smoothing);
}
