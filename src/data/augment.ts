/** Batches of images with standard augmentation: random crop of a padded image, flip, cutout. */
import { checkInteger, checkObject, isList, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { pixelMoments } from './moments.ts';
import { CounterStream } from './random.ts';
import type { ImageSet } from './types.ts';

export interface Augmentation {
  /** Zero pixels on each side before a crop of the original size. */
  readonly pad: number;
  /** Mirror each image with probability 1/2. */
  readonly flip: boolean;
  /** Side of a square that is overwritten with the set's mean pixel; 0: none. */
  readonly cutout: number;
}

type Size = Pick<ImageSet, 'height' | 'width' | 'channels'>;

/**
 * Copies images into `out` [B, H, W, C]. The random draws for an image depend on (seed, epoch, its index) alone, not on
 * its batch.
 *
 * @param augmentation - null: the images unchanged
 */
export function fillBatch(
  set: ImageSet,
  indices: Int32Array,
  augmentation: Augmentation | null,
  seed: number,
  epoch: number,
  out: Uint8Array,
): void {
  checkObject('images, as loadImages gives them,', 'set', set, 'images', 'height', 'width', 'channels');
  if (!isList(indices) || !isList(out)) throw unexpected('typed arrays', 'indices and out', [indices, out]);
  const pixels = set.height * set.width * set.channels;
  if (out.length !== indices.length * pixels)
    throw new UsageError(
      `a batch of ${indices.length} images needs ${indices.length * pixels} bytes, got ${out.length}`,
    );
  const augment = augmentation && augmenter(set, augmentation, seed, epoch);
  for (let position = 0; position < indices.length; position++) {
    const index = indices[position]!;
    if (!(index >= 0 && index < set.count))
      throw new UsageError(`image ${index} is not one of the ${set.count} images of the set`);
    if (augment) augment(index, out, position * pixels);
    else out.set(set.images.subarray(index * pixels, (index + 1) * pixels), position * pixels);
  }
}

/** Writes one augmented image to `out` at byte `to`. */
function augmenter(
  set: ImageSet,
  { pad, flip, cutout }: Augmentation,
  seed: number,
  epoch: number,
): (index: number, out: Uint8Array, to: number) => void {
  checkInteger('pad', pad, { min: 0 });
  checkInteger('cutout', cutout, { min: 0 });
  const random = new CounterStream(seed, 'augment', epoch);
  const fill = cutout > 0 ? meanPixel(set) : [];
  const pixels = set.height * set.width * set.channels;
  return (index, out, to) => {
    random.at(epoch, index);
    // Offsets 0 .. 2 pad in the padded image, inclusive.
    const top = pad > 0 ? random.below(2 * pad + 1) - pad : 0;
    const left = pad > 0 ? random.below(2 * pad + 1) - pad : 0;
    crop(set, set.images, index * pixels, top, left, out, to);
    if (flip && random.below(2) === 1) mirror(set, out, to);
    if (cutout > 0) {
      const y = random.below(set.height) - (cutout >> 1);
      const x = random.below(set.width) - (cutout >> 1);
      cutSquare(set, out, to, y, x, cutout, fill);
    }
  };
}

/** The window at (top, left) of the zero-padded image. */
function crop(
  { height, width, channels }: Size,
  images: Uint8Array,
  from: number,
  top: number,
  left: number,
  out: Uint8Array,
  to: number,
): void {
  const row = width * channels;
  const shift = left * channels;
  // The part of each row inside the image, as bytes of the target row.
  const start = Math.min(row, Math.max(0, -shift));
  const end = Math.max(start, Math.min(row, row - shift));
  for (let y = 0; y < height; y++) {
    const line = to + y * row;
    const source = y + top;
    if (source < 0 || source >= height) {
      out.fill(0, line, line + row);
      continue;
    }
    if (start > 0) out.fill(0, line, line + start);
    if (end < row) out.fill(0, line + end, line + row);
    const origin = from + source * row + shift;
    out.set(images.subarray(origin + start, origin + end), line + start);
  }
}

function mirror({ height, width, channels }: Size, out: Uint8Array, to: number): void {
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    let a = to + y * row;
    for (let b = a + row - channels; a < b; a += channels, b -= channels)
      for (let c = 0; c < channels; c++) {
        const kept = out[a + c]!;
        out[a + c] = out[b + c]!;
        out[b + c] = kept;
      }
  }
}

/** DeVries and Taylor 2017 (arXiv:1708.04552): the centre is anywhere, the square is clipped at the border. */
function cutSquare(
  { height, width, channels }: Size,
  out: Uint8Array,
  to: number,
  top: number,
  left: number,
  side: number,
  fill: readonly number[],
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
    for (let x = Math.max(0, left); x < Math.min(width, left + side); x++)
      for (let c = 0; c < channels; c++) out[to + (y * width + x) * channels + c] = fill[c]!;
}

const meanPixels = new WeakMap<ImageSet, readonly number[]>();

/** The mean of all pixels as bytes, measured once per set. */
function meanPixel(set: ImageSet): readonly number[] {
  let pixel = meanPixels.get(set);
  if (!pixel) {
    pixel = pixelMoments(set).mean.map((mean) => Math.round(255 * mean));
    meanPixels.set(set, pixel);
  }
  return pixel;
}
