/** A fingerprint of a set of images, by which a run recognizes its training data. */
import { createHash } from 'node:crypto';
import { checkObject } from '../check.ts';
import type { ImageSet } from './types.ts';

export interface Fingerprint {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
  /** Digest of all labels in order. */
  readonly labels: string;
  /** Digest of some images, evenly spaced over the set. */
  readonly pixels: string;
}

/** Enough to detect a changed file or another order, few enough to take milliseconds. */
const sampled = 64;

const digest = (parts: Iterable<Uint8Array>): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 32);
};

/**
 * Identifies images and labels by their sizes and checksums.
 */
export function fingerprintOf(set: ImageSet): Fingerprint {
  checkObject('images, as loadImages gives them,', 'set', set, 'images', 'labels', 'classes', 'count');
  const { images, labels, count, height, width, channels, classes } = set;
  const size = height * width * channels;
  const some = Array.from(
    { length: Math.min(sampled, count) },
    (_, i, last = Math.min(sampled, count) - 1) => (last > 0 ? Math.floor((i * (count - 1)) / last) : 0),
  );
  return {
    count,
    height,
    width,
    channels,
    classes: [...classes],
    labels: digest([new Uint8Array(Int32Array.from(labels).buffer)]),
    pixels: digest(some.map((i) => images.subarray(i * size, (i + 1) * size))),
  };
}
