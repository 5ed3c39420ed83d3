import { at, denseArray, row, sizes2, type DenseArray } from './array.ts';

export interface CrossEntropy {
  readonly loss: number;
  /** d loss / d logits, [N, C]. */
  readonly backward: () => DenseArray;
}

/**
 * Softmax cross-entropy with label smoothing s, as in PyTorch: with p = softmax(logits), the mean over the batch
 * of (1 - s) (-log p[label]) + s mean over classes of (-log p[c]).
 * @param logits [N, C]
 * @param labels N class numbers, 0 .. C - 1
 * @throws RangeError for a label out of range
 */
export function crossEntropy(
  logits: DenseArray,
  labels: ArrayLike<number>,
  labelSmoothing = 0,
): CrossEntropy {
  const [samples, classes] = sizes2(logits);
  if (labels.length !== samples)
    throw new RangeError(`crossEntropy: ${samples} rows of logits, ${labels.length} labels`);
  const gradient = denseArray([samples, classes]);
  let loss = 0;
  for (let n = 0; n < samples; n++) {
    const label = at(labels, n);
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new RangeError(`crossEntropy: label ${label} of sample ${n} is not among ${classes} classes`);
    const z = row(logits, n);
    const largest = z.reduce((a, b) => Math.max(a, b), -Infinity);
    const logNormaliser = largest + Math.log(z.reduce((sum, v) => sum + Math.exp(v - largest), 0));
    for (let c = 0; c < classes; c++) {
      const logProbability = at(z, c) - logNormaliser;
      const target = (c === label ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
      loss -= (target * logProbability) / samples;
      gradient.data[n * classes + c] = (Math.exp(logProbability) - target) / samples;
    }
  }
  return { loss, backward: () => gradient };
}
