/** Mean and standard deviation of each channel, for pixels in [0, 1]. */
import type { ImageSet } from './types.ts';

const levels = 256;

/** Histogram of the bytes of each channel. */
function histograms({ images, channels }: Pick<ImageSet, 'images' | 'channels'>): Uint32Array[] {
  const counts = new Uint32Array(channels * levels);
  for (let i = 0; i < images.length; i += channels)
    for (let c = 0; c < channels; c++) counts[c * levels + images[i + c]!]!++;
  return Array.from({ length: channels }, (_, c) => counts.subarray(c * levels, (c + 1) * levels));
}

/** Counted in integers, so that a large set loses no precision. */
export function pixelMoments(set: Pick<ImageSet, 'images' | 'channels'>): { mean: number[]; std: number[] } {
  const moments = histograms(set).map((counts) => {
    let [count, sum, squares] = [0, 0, 0];
    counts.forEach((times, byte) => {
      count += times;
      sum += times * byte;
      squares += times * byte * byte;
    });
    const mean = sum / count;
    return { mean: mean / 255, std: Math.sqrt(Math.max(0, squares / count - mean * mean)) / 255 };
  });
  // A constant channel is left unscaled rather than divided by zero.
  return { mean: moments.map(({ mean }) => mean), std: moments.map(({ std }) => std || 1) };
}
