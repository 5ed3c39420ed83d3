import { expect, it } from 'vitest';
import { holdOut } from './hold-out.ts';
import type { ImageSet } from './types.ts';

/** Images whose first byte is their label and whose second is their index. */
function setOf(labels: readonly number[], classes: number): ImageSet {
  return {
    name: 'numbered',
    images: Uint8Array.from(labels.flatMap((label, i) => [label, i])),
    labels: Int32Array.from(labels),
    count: labels.length,
    height: 1,
    width: 2,
    channels: 1,
    classes: Array.from({ length: classes }, (_, c) => `class ${c}`),
  };
}

const uneven = setOf(
  Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i < 90 ? 1 : 2)),
  3,
);
const numbersOf = ({ images }: ImageSet): number[] => [...images].filter((_, i) => i % 2 === 1);

it('every image is either kept or held out, with its own label, in order', () => {
  const { kept, heldOut } = holdOut(uneven, 25);
  expect([kept.count, heldOut.count]).toEqual([75, 25]);
  expect([...numbersOf(kept), ...numbersOf(heldOut)].sort((a, b) => a - b)).toEqual(numbersOf(uneven));
  for (const part of [kept, heldOut]) {
    expect([...part.images].filter((_, i) => i % 2 === 0)).toEqual([...part.labels]);
    expect(numbersOf(part)).toEqual([...numbersOf(part)].sort((a, b) => a - b));
  }
});

it('classes are held out in proportion', () => {
  const count = (set: ImageSet, label: number): number => set.labels.filter((one) => one === label).length;
  const { heldOut } = holdOut(uneven, 25);
  expect([0, 1, 2].map((label) => count(heldOut, label))).toEqual([15, 8, 2]);
  expect([0, 1, 2].map((label) => count(holdOut(uneven, 10).heldOut, label))).toEqual([6, 3, 1]);
});

it('the held-out images are drawn at random, not taken from the front, and always the same', () => {
  const numbers = numbersOf(holdOut(uneven, 25).heldOut);
  expect(numbers).toEqual(numbersOf(holdOut(uneven, 25).heldOut));
  expect(numbers.filter((number) => number < 60)).not.toEqual(Array.from({ length: 15 }, (_, i) => i));
});

it('a split that leaves too few images to train on is refused', () => {
  expect(() => holdOut(uneven, 98)).toThrow('--val-split 98 leaves too little to train on');
  expect(() => holdOut(uneven, 0)).toThrow('val-split');
});
