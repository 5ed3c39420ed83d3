import { expect, it } from 'vitest';
import type { ImageSet } from '../data/index.ts';
import { tensor } from '../tensor/index.ts';
import { BatchTensors } from './batch-tensors.ts';
import { evaluate } from './evaluate.ts';

/** Images of one pixel, which is the class that is guessed. */
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

function evaluated(one: ImageSet): ReturnType<typeof evaluate> {
  const tensors = new BatchTensors(one, { mean: [0], std: [1] }, 'f64', 'cpu');
  const classes = one.classes.length;
  return evaluate(
    (images) =>
      tensor(
        images
          .toArray()
          .flatMap((pixel) =>
            Array.from({ length: classes }, (_, c) => (c === Math.round(255 * pixel) ? 3 : 0)),
          ),
        [images.shape[0]!, classes],
        { dtype: 'f64' },
      ),
    one,
    tensors,
  );
}

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
