import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { limited } from './limit.ts';
import type { ImageSet } from './types.ts';

/** Image i has the bytes 3 i, 3 i + 1, 3 i + 2; classes in blocks, as in folders. */
const set: ImageSet = {
  name: 'test',
  images: Uint8Array.from({ length: 60 }, (_, i) => i),
  labels: Int32Array.from({ length: 20 }, (_, i) => Math.floor(i / 5)),
  count: 20,
  height: 1,
  width: 3,
  channels: 1,
  classes: ['a', 'b', 'c', 'd'],
};

it('takes evenly spaced images with their labels, so that all classes of a sorted set remain', () => {
  const few = limited('limit', set, 4);
  expect(few).toMatchObject({
    name: 'test',
    count: 4,
    height: 1,
    width: 3,
    channels: 1,
    classes: set.classes,
  });
  expect([...few.images]).toEqual([0, 1, 2, 15, 16, 17, 30, 31, 32, 45, 46, 47]);
  expect([...few.labels]).toEqual([0, 1, 2, 3]);
});

it('takes different images for any limit', () => {
  for (let limit = 1; limit <= 20; limit++) {
    const { images, count } = limited('limit', set, limit);
    expect(new Set(images.filter((_, i) => i % 3 === 0)).size).toBe(limit);
    expect(count).toBe(limit);
  }
});

it('returns a set that is small enough, or without a limit, unchanged', () => {
  for (const limit of [undefined, 20, 1000]) expect(limited('limit', set, limit)).toBe(set);
});

it('refuses a limit that leaves nothing, by its name', () => {
  for (const limit of [0, -1, 2.5]) {
    expect(() => limited('limitTrain', set, limit)).toThrow(UsageError);
    expect(() => limited('limitTrain', set, limit)).toThrow(/limitTrain/);
  }
});
