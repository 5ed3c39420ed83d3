/** Batches of images with the usual augmentation: random crop of a padded image, flip, cutout. */
import { InternalError } from '../errors.ts';
import { CounterStream } from './random.ts';
import type { ImageSet } from './types.ts';

export interface Augmentation {
  /** Zero pixels on each side before a crop of the original size. */
  readonly pad: number;
  /** Mirror half of the images. */
  readonly flip: boolean;
  /** Side of a square that is overwritten with `fill`; 0: none. */
  readonly cutout: number;
  /** Byte of each channel inside the square; the mean pixel. Default 0. */
  readonly fill?: readonly number[];
}

/**
 * Copies images into `out` [B, H, W, C]. What is drawn for an image depends on (seed, epoch, its index)
 * alone, not on the batch it is in.
 */
export function fillBatch(
  set: ImageSet,
  indices: Int32Array,
  augmentation: Augmentation | null,
  seed: number,
  epoch: number,
  out: Uint8Array,
): void {
  const { height, width, channels } = set;
  const pixels = height * width * channels;
  if (out.length !== indices.length * pixels)
    throw new InternalError(
      `a batch of ${indices.length} images needs ${indices.length * pixels} bytes, got ${out.length}`,
    );
  indices.forEach((index, position) => {
    const image = set.images.subarray(index * pixels, (index + 1) * pixels);
    const target = out.subarray(position * pixels, (position + 1) * pixels);
    if (augmentation)
      augmentImage(set, image, target, augmentation, new CounterStream(seed, 'augment', epoch, index));
    else target.set(image);
  });
}

function augmentImage(
  set: ImageSet,
  image: Uint8Array,
  target: Uint8Array,
  { pad, flip, cutout, fill }: Augmentation,
  random: CounterStream,
): void {
  const [top, left] = pad > 0 ? [random.below(2 * pad + 1) - pad, random.below(2 * pad + 1) - pad] : [0, 0];
  crop(set, image, target, top, left);
  if (flip && random.below(2) === 1) mirror(set, target);
  if (cutout > 0) cutSquare(set, target, cutout, random, fill);
}

/** The window at (top, left) of the image in a field of zeros. */
function crop(
  { height, width, channels }: ImageSet,
  image: Uint8Array,
  target: Uint8Array,
  top: number,
  left: number,
): void {
  const row = width * channels;
  const from = Math.max(0, left);
  const to = Math.min(width, width + left);
  for (let y = 0; y < height; y++) {
    const line = target.subarray(y * row, (y + 1) * row);
    const source = y + top;
    if (source < 0 || source >= height || from >= to) {
      line.fill(0);
      continue;
    }
    line.fill(0, 0, (from - left) * channels);
    line.set(
      image.subarray(source * row + from * channels, source * row + to * channels),
      (from - left) * channels,
    );
    line.fill(0, (to - left) * channels);
  }
}

function mirror({ height, width, channels }: ImageSet, target: Uint8Array): void {
  for (let y = 0; y < height; y++)
    for (let a = y * width, b = (y + 1) * width - 1; a < b; a++, b--)
      for (let c = 0; c < channels; c++) {
        const [i, j] = [a * channels + c, b * channels + c];
        const kept = target[i] ?? 0;
        target[i] = target[j] ?? 0;
        target[j] = kept;
      }
}

/** DeVries and Taylor 2017 (arXiv:1708.04552): the centre is anywhere, the square is clipped at the border. */
function cutSquare(
  { height, width, channels }: ImageSet,
  target: Uint8Array,
  side: number,
  random: CounterStream,
  fill: readonly number[] = [],
): void {
  const [y0, x0] = [random.below(height) - (side >> 1), random.below(width) - (side >> 1)];
  for (let y = Math.max(0, y0); y < Math.min(height, y0 + side); y++)
    for (let x = Math.max(0, x0); x < Math.min(width, x0 + side); x++)
      for (let c = 0; c < channels; c++) target[(y * width + x) * channels + c] = fill[c] ?? 0;
}
