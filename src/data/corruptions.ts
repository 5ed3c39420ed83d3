/**
 * Files of CIFAR-10-C and CIFAR-100-C (Hendrycks and Dietterich 2019, arXiv:1903.12261): one corruption each, the same
 * test images at five severities, one after the other.
 */
import { checkText } from '../check.ts';
import { basename } from 'node:path';

const severities = 5;
/** Images in a published file. */
const published = 50_000;

const names: readonly string[] = [
  ...['gaussian_noise', 'shot_noise', 'impulse_noise', 'speckle_noise'],
  ...['defocus_blur', 'glass_blur', 'motion_blur', 'zoom_blur', 'gaussian_blur'],
  ...['snow', 'frost', 'fog', 'brightness', 'contrast', 'saturate', 'spatter'],
  ...['elastic_transform', 'pixelate', 'jpeg_compression'],
];

/**
 * The corruption of a file of CIFAR-10-C, from its name.
 *
 * @example
 * corruptionOf('CIFAR-10-C/fog.npy'); // fog
 */
export const corruptionOf = (file: string): string => basename(checkText('file', file), '.npy');

/** A file of CIFAR-10-C, recognized by its name or its 50,000 images; labels are not considered. */
const isCorruption = (file: string, count: number): boolean =>
  count % severities === 0 && (count === published || names.includes(corruptionOf(file)));

/** The labels of every image: if given for one severity, they are repeated for all. */
export function labelsForAllSeverities(file: string, count: number, labels: Int32Array): Int32Array {
  if (!isCorruption(file, count) || labels.length * severities !== count) return labels;
  return Int32Array.from({ length: count }, (_, i) => labels[i % labels.length]!);
}

/** Number of severities in a file; undefined if it is not a corruption, or the labels do not repeat. */
export function severityCount(file: string, labels: Int32Array): number | undefined {
  const images = labels.length / severities;
  const isRepeated = labels.every((label, i) => label === labels[i % images]);
  return isCorruption(file, labels.length) && isRepeated ? severities : undefined;
}
