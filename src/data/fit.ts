/** Adapts a set of images to a net trained on another set: to its image size and class indices. */
import { checkList, checkObject } from '../check.ts';
import { classNameOf } from './class-names.ts';
import type { ImageSet } from './types.ts';
import { type DecodeSize, scaleTo } from './image-file.ts';

/**
 * The set scaled to the size of the net as image files are: to cover it.
 *
 * @returns the set itself if it has that size
 */
export async function resizeSet(set: ImageSet, size: DecodeSize): Promise<ImageSet> {
  checkObject('images, as loadImages gives them,', 'set', set, 'images', 'height', 'width');
  checkObject('the size of an image', 'size', size, 'height', 'width', 'channels');
  const { height, width, channels } = size;
  if (set.height === height && set.width === width && set.channels === channels) return set;
  const [from, to] = [set.height * set.width * set.channels, height * width * channels];
  const images = new Uint8Array(set.count * to);
  const { default: sharp } = await import('sharp');
  const raw = { width: set.width, height: set.height, channels: set.channels as 1 | 3 };
  for (let i = 0; i < set.count; i++)
    images.set(await scaleTo(sharp(set.images.subarray(i * from, (i + 1) * from), { raw }), size), i * to);
  return { ...set, images, height, width, channels };
}

/**
 * The set with labels mapped to the class indices of the net, matched by name in any Unicode spelling.
 *
 * @returns undefined if the names differ
 */
export function matchClasses(set: ImageSet, classes: readonly string[]): ImageSet | undefined {
  checkObject('images, as loadImages gives them,', 'set', set, 'classes', 'labels');
  const place = new Map(checkList('classes', classes).map((name, label) => [classNameOf(name), label]));
  const labels = set.classes.map((name) => place.get(classNameOf(name)));
  const isSame = set.classes.length === classes.length && !labels.includes(undefined);
  if (!isSame || place.size !== classes.length) return undefined;
  return { ...set, classes, labels: set.labels.map((label) => labels[label]!) };
}
