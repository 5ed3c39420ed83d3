/** Mean and standard deviation of each channel, for pixels in [0, 1]. */
import type { ImageSet } from './types.ts';

export function pixelMoments({ images, channels }: ImageSet): { mean: number[]; std: number[] } {
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < images.length; i++) {
    const value = images[i]! / 255;
    const c = i % channels;
    sums[c] = sums[c]! + value;
    squares[c] = squares[c]! + value * value;
  }
  const count = images.length / channels;
  const mean = Array.from(sums, (sum) => sum / count);
  // A channel that never changes is left unscaled rather than divided by zero.
  const std = mean.map((m, c) => Math.sqrt(Math.max(0, squares[c]! / count - m * m)) || 1);
  return { mean, std };
}
