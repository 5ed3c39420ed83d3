/** A part of a set, for short runs. */
import { checkInteger } from '../check.ts';
import type { ImageSet } from './types.ts';

/**
 * At most `limit` images, evenly spaced over the set: also of a set that is sorted by class, each class is
 * there.
 *
 * @param option - what an error calls the limit
 * @param limit - absent: all of them
 */
export function limited(option: string, set: ImageSet, limit: number | undefined): ImageSet {
  if (limit === undefined || checkInteger(option, limit, { min: 1 }) >= set.count) return set;
  const pixels = set.height * set.width * set.channels;
  const images = new Uint8Array(limit * pixels);
  const labels = new Int32Array(limit);
  for (let i = 0; i < limit; i++) {
    const from = Math.floor((i * set.count) / limit);
    images.set(set.images.subarray(from * pixels, (from + 1) * pixels), i * pixels);
    labels[i] = set.labels[from]!;
  }
  return { ...set, images, labels, count: limit };
}
