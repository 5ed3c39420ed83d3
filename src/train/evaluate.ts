/** Evaluation on a whole set: loss, top-1, top-5, per class, confusion. */
import { checkInteger, checkList, checkNeededFunction, checkObject } from '../check.ts';
import { UsageError } from '../errors.ts';
import { type ImageSet, fillBatch } from '../data/index.ts';
import { crossEntropy } from '../nn/index.ts';
import { noGrad, ops, scope, type Tensor } from '../tensor/index.ts';
import type { BatchTensors } from './batch-tensors.ts';
import { guessCount, type Guesses } from './samples.ts';

export interface Evaluation {
  readonly count: number;
  /** Mean cross-entropy, without label smoothing. */
  readonly loss: number;
  /** Percentage of images whose most likely class is wrong. */
  readonly error: number;
  /**
   * Percentage of images whose class is not among the five most likely; absent for fewer than 6 classes, where it is
   * always 0.
   */
  readonly top5Error?: number;
  /** confusion[true][predicted], image counts. */
  readonly confusion: readonly (readonly number[])[];
  /** Percentage of misclassified images of each class; null for a class without images. */
  readonly perClassError: readonly (number | null)[];
}

const evaluationBatch = 500;
const topCount = 5;

/**
 * Runs `forward` (running statistics, no gradients) over the set in order.
 *
 * @param onGuesses - receives the most likely classes of each batch
 */
export function evaluate(
  forward: (images: Tensor) => Tensor,
  set: ImageSet,
  tensors: BatchTensors,
  limitBatches = Infinity,
  onGuesses?: (guesses: Guesses) => void,
): Evaluation {
  checkNeededFunction('forward', forward);
  checkObject('images, as loadImages gives them,', 'set', set, 'images', 'labels', 'classes');
  checkObject('a BatchTensors', 'tensors', tensors, 'images', 'labels');
  const classes = set.classes.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const pixels = set.height * set.width * set.channels;
  let [count, loss, top5Wrong] = [0, 0, 0];
  noGrad(() => {
    for (
      let start = 0, batch = 0;
      start < set.count && batch < limitBatches;
      start += evaluationBatch, batch++
    ) {
      const size = Math.min(evaluationBatch, set.count - start);
      const indices = Int32Array.from({ length: size }, (_, i) => start + i);
      const bytes = new Uint8Array(size * pixels);
      fillBatch(set, indices, null, 0, 0, bytes);
      const labels = set.labels.subarray(start, start + size);
      scope(() => {
        const logits = forward(tensors.images(bytes, size));
        loss += size * crossEntropy(logits, tensors.labels(labels)).item();
        const [, best] = ops.topk(logits, Math.min(topCount, classes), 1);
        top5Wrong += tally(best.toArray(), labels, confusion);
        if (onGuesses) onGuesses({ start, labels, ...guessesOf(logits) });
      });
      count += size;
    }
  });
  return {
    count,
    loss: loss / count,
    ...(classes > topCount && { top5Error: (100 * top5Wrong) / count }),
    ...summarise(confusion, count),
  };
}

/** Splits the set into equal parts and evaluates each. */
export function evaluateParts(
  forward: (images: Tensor) => Tensor,
  set: ImageSet,
  tensors: BatchTensors,
  parts: number,
): Evaluation[] {
  checkObject('images, as loadImages gives them,', 'set', set, 'count', 'images', 'labels', 'classes');
  checkInteger('parts', parts, { min: 1 });
  const count = set.count / parts;
  const pixels = set.height * set.width * set.channels;
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part * count, (part + 1) * count];
    const images = set.images.subarray(from * pixels, to * pixels);
    return evaluate(forward, { ...set, images, labels: set.labels.subarray(from, to), count }, tensors);
  });
}

/** Merges evaluations of disjoint sets. @param parts - with the same classes; at least one */
export function mergeEvaluations(parts: readonly Evaluation[]): Evaluation {
  checkList('the parts of an evaluation', parts);
  if (parts.length === 0) throw new UsageError('an evaluation has at least one part');
  parts.forEach((part, i) => {
    checkObject('what evaluate returned', `part ${i}`, part, 'count', 'confusion', 'perClassError');
  });
  const classes = parts[0]!.confusion.length;
  parts.forEach((part, i) => {
    checkInteger(`the count of part ${i}`, part.count, { min: 1 });
    if (part.confusion.length !== classes)
      throw new UsageError(`parts have one list of classes: ${classes} and ${part.confusion.length}`);
  });
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const mean = (of: (part: Evaluation) => number): number =>
    parts.reduce((sum, part) => sum + part.count * of(part), 0) / count;
  const confusion = parts[0]!.confusion.map((row, c) =>
    row.map((_, guess) => parts.reduce((sum, part) => sum + (part.confusion[c]?.[guess] ?? 0), 0)),
  );
  return {
    count,
    loss: mean(({ loss }) => loss),
    ...(parts[0]!.top5Error !== undefined && { top5Error: mean(({ top5Error = 0 }) => top5Error) }),
    ...summarise(confusion, count),
  };
}

function guessesOf(logits: Tensor): Pick<Guesses, 'classes' | 'probabilities'> {
  const classes = logits.shape[1] ?? 1;
  const [logs, best] = ops.topk(ops.logSoftmax(logits, 1), Math.min(guessCount, classes), 1);
  return { classes: best.toArray(), probabilities: logs.toArray().map(Math.exp) };
}

/** Adds a batch to the confusion matrix; returns how many labels are not among the most likely classes. */
function tally(best: readonly number[], labels: Int32Array, confusion: number[][]): number {
  const width = best.length / labels.length;
  let missing = 0;
  labels.forEach((label, i) => {
    const guesses = best.slice(i * width, (i + 1) * width);
    const row = confusion[label];
    const first = guesses[0] ?? 0;
    if (row) row[first] = (row[first] ?? 0) + 1;
    if (!guesses.includes(label)) missing++;
  });
  return missing;
}

function summarise(
  confusion: readonly (readonly number[])[],
  count: number,
): Pick<Evaluation, 'error' | 'confusion' | 'perClassError'> {
  const total = (row: readonly number[]): number => row.reduce((sum, value) => sum + value, 0);
  const right = confusion.reduce((sum, row, c) => sum + (row[c] ?? 0), 0);
  const perClassError = confusion.map((row, c) => {
    const images = total(row);
    return images > 0 ? (100 * (images - (row[c] ?? 0))) / images : null;
  });
  return { error: (100 * (count - right)) / count, confusion, perClassError };
}
