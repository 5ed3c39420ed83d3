/** Subsets of a data set. */
import { checkInteger } from '../check.ts';
import type { ImageSet } from './types.ts';

/**
 * At most `limit` images, evenly spaced over the set, so that a set sorted by class keeps every class.
 *
 * @param option - the name of the limit in errors
 * @param limit - absent: all of them
 */
export function limited(option: string, set: ImageSet, limit: number | undefined): ImageSet {
  if (limit === undefined || checkInteger(option, limit, { min: 1 }) >= set.count) return set;
  return subset(
    set,
    Array.from({ length: limit }, (_, i) => Math.floor((i * set.count) / limit)),
  );
}

/** The images with the given indices, in that order. */
export function subset(set: ImageSet, indices: readonly number[]): ImageSet {
  const pixels = set.height * set.width * set.channels;
  const images = new Uint8Array(indices.length * pixels);
  indices.forEach((from, to) => {
    images.set(set.images.subarray(from * pixels, (from + 1) * pixels), to * pixels);
  });
  const labels = Int32Array.from(indices, (i) => set.labels[i]!);
  return { ...set, images, labels, count: indices.length };
}
