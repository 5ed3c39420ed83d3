import { expect, it } from 'vitest';
import { syntheticImages } from './synthetic-images.ts';
import type { ImageSet } from './types.ts';

const imageOf = ({ images, height, width, channels }: ImageSet, i: number): string =>
  images.subarray(i * height * width * channels, (i + 1) * height * width * channels).join();

it('have the requested sizes, and those of the catalogue by default', () => {
  const { train, test } = syntheticImages({ seed: 0 });
  expect(train).toMatchObject({ count: 2048, height: 16, width: 16, channels: 1 });
  expect(train.images).toHaveLength(2048 * 256);
  expect(train.labels).toHaveLength(2048);
  expect(test).toMatchObject({ count: 512, height: 16, width: 16, channels: 1, classes: train.classes });
  const other = syntheticImages({ seed: 0, train: 5, test: 3, height: 7, channels: 3, classes: 9 });
  expect(other.train).toMatchObject({ count: 5, height: 7, width: 7, channels: 3 });
  expect(other.train.images).toHaveLength(5 * 147);
  expect(other.test.count).toBe(3);
  expect(new Set(other.train.classes).size).toBe(9);
});

it('are the same for equal seeds and differ for others; a smaller set starts a larger one', () => {
  const few = syntheticImages({ seed: 3, train: 20, test: 5 });
  expect(syntheticImages({ seed: 3, train: 20, test: 5 })).toEqual(few);
  expect(syntheticImages({ seed: 4, train: 20, test: 5 }).train.images).not.toEqual(few.train.images);
  const more = syntheticImages({ seed: 3, train: 40, test: 5 }).train;
  for (let i = 0; i < 20; i++) expect(imageOf(more, i)).toBe(imageOf(few.train, i));
});

it('are all different, in training and testing together', () => {
  const { train, test } = syntheticImages({ seed: 1, train: 200, test: 100 });
  const all = [
    ...Array.from({ length: 200 }, (_, i) => imageOf(train, i)),
    ...Array.from({ length: 100 }, (_, i) => imageOf(test, i)),
  ];
  expect(new Set(all).size).toBe(300);
});

it('have every class about equally often', () => {
  const { train } = syntheticImages({ seed: 2, height: 4 });
  const counts = [0, 0, 0, 0];
  for (const label of train.labels) counts[label] = counts[label]! + 1;
  // 3 degrees of freedom: 16.3 has probability 0.001.
  expect(counts.reduce((sum, count) => sum + (count - 512) ** 2 / 512, 0)).toBeLessThan(16.3);
});

it('are distinguished by the direction of their wave', () => {
  const { train } = syntheticImages({ seed: 5, train: 200, test: 1 });
  let right = 0;
  for (let i = 0; i < train.count; i++) {
    // The strength of each class's wave, whatever its phase.
    const powers = train.classes.map((_, label) => {
      const angle = (Math.PI * label) / 4;
      let [re, im] = [0, 0];
      for (let y = 0; y < 16; y++)
        for (let x = 0; x < 16; x++) {
          const phase = (4 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / 16;
          const value = train.images[(i * 16 + y) * 16 + x]! - 128;
          re += value * Math.cos(phase);
          im += value * Math.sin(phase);
        }
      return re * re + im * im;
    });
    if (powers.indexOf(Math.max(...powers)) === train.labels[i]) right++;
  }
  expect(right).toBeGreaterThan(195);
});
