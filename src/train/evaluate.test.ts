import { expect, it } from 'vitest';
import type { ImageSet } from '../data/index.ts';
import { type Tensor, tensor } from '../tensor/index.ts';
import { BatchTensors } from './batch-tensors.ts';
import { evaluate, evaluateParts, type Evaluation, mergeEvaluations } from './evaluate.ts';

/** One-pixel images; the pixel is the predicted class. */
const set = (
  guesses: readonly number[],
  labels: readonly number[],
  classes: readonly string[],
): ImageSet => ({
  name: 'x',
  images: Uint8Array.from(guesses),
  labels: Int32Array.from(labels),
  count: labels.length,
  height: 1,
  width: 1,
  channels: 1,
  classes,
});

const tensorsOf = (one: ImageSet): BatchTensors =>
  new BatchTensors(one, { mean: [0], std: [1] }, 'f64', 'cpu');
const forward =
  (classes: number) =>
  (images: Tensor): Tensor =>
    tensor(
      images
        .toArray()
        .flatMap((pixel) =>
          Array.from({ length: classes }, (_, c) => (c === Math.round(255 * pixel) ? 3 : -c)),
        ),
      [images.shape[0]!, classes],
      { dtype: 'f64' },
    );
const evaluated = (one: ImageSet): Evaluation => evaluate(forward(one.classes.length), one, tensorsOf(one));

it('a class without images has no error', () => {
  const { error, perClassError, confusion } = evaluated(
    set([0, 0, 2, 2], [0, 0, 2, 0], ['ant', 'bee', 'fly']),
  );
  expect(error).toBeCloseTo(25, 12);
  expect(perClassError).toEqual([expect.closeTo(100 / 3, 12), null, 0]);
  expect(confusion).toEqual([
    [2, 0, 1],
    [0, 0, 0],
    [0, 0, 1],
  ]);
});

it('merged evaluations of parts equal the evaluation of the whole set', () => {
  const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const labels = Array.from({ length: 21 }, (_, i) => (5 * i) % 7);
  const one = set(
    labels.map((label, i) => (i % 3 === 0 ? (label + i) % 7 : label)),
    labels,
    classes,
  );
  const parts = evaluateParts(forward(7), one, tensorsOf(one), 3);
  expect(parts.map(({ count }) => count)).toEqual([7, 7, 7]);
  const [joined, whole] = [mergeEvaluations(parts), evaluated(one)];
  expect(joined.confusion).toEqual(whole.confusion);
  expect(joined.perClassError).toEqual(whole.perClassError);
  for (const key of ['error', 'loss', 'top5Error'] as const) expect(joined[key]).toBeCloseTo(whole[key]!, 10);
  expect(whole.top5Error).toBeGreaterThan(0);
});
