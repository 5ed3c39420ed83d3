import { expect, it } from 'vitest';
import { pixelMoments } from './moments.ts';

it('gives the mean and standard deviation of each channel in units of 255', () => {
  const images = Uint8Array.of(0, 10, 255, 255, 20, 255, 51, 30, 255, 102, 40, 255);
  const { mean, std } = pixelMoments({ images, channels: 3 });
  expect(mean[0]).toBeCloseTo((0 + 1 + 0.2 + 0.4) / 4, 12);
  expect(mean[1]).toBeCloseTo(25 / 255, 12);
  expect(mean[2]).toBe(1);
  expect(std[0]).toBeCloseTo(Math.sqrt((0.4 ** 2 + 0.6 ** 2 + 0.2 ** 2 + 0) / 4), 12);
  expect(std[1]).toBeCloseTo(Math.sqrt(125) / 255, 12);
});

it('leaves a constant channel unscaled', () => {
  expect(pixelMoments({ images: new Uint8Array(5).fill(7), channels: 1 }).std).toEqual([1]);
});
