/** IDX files (MNIST's format), gzipped or not: magic 0 0 type rank, sizes, bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DataError } from '../errors.ts';
import { isGzip, otherKind } from '../io/index.ts';
import { notFound } from './locate.ts';
import { checkLabels } from './labels.ts';
import type { ImageSet } from './types.ts';

const unsignedByte = 0x08;

function readBytes(file: string): Uint8Array {
  const bytes = readFileSync(file);
  // Detected from the bytes: browsers unpack downloads and keep the name, or the other way round.
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new DataError(`${file} is truncated or not a gzip file: fetch it again`, cause);
  }
}

/**
 * Sizes and bytes of an IDX file. @throws DataError if it is not an IDX file of bytes, or its length does not match its
 * header
 */
export function readIdx(file: string, rank: number): { sizes: number[]; bytes: Uint8Array } {
  const all = readBytes(file);
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  if (all.byteLength < 4 || view.getUint16(0) !== 0)
    throw new DataError(
      otherKind(file, all, 'an IDX file', 'fetch it again') ??
        `${file} is not an IDX file: its first bytes are not 0 0`,
    );
  if (view.getUint8(2) !== unsignedByte)
    throw new DataError(
      `${file} holds IDX type 0x${view.getUint8(2).toString(16)}, unsigned bytes (0x8) are needed`,
    );
  if (view.getUint8(3) !== rank)
    throw new DataError(
      `${file} has rank ${view.getUint8(3)}, expected ${rank}: are images and labels swapped?`,
    );
  if (all.byteLength < 4 + 4 * rank) throw new DataError(`${file} is truncated: its header is incomplete`);
  const sizes = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = sizes.reduce((product, size) => product * size, 1);
  const bytes = all.subarray(4 + 4 * rank);
  if (bytes.byteLength !== expected)
    throw new DataError(
      `${file} is ${bytes.byteLength < expected ? 'truncated' : 'too long'}: ${sizes.join(' x ')} needs ${expected} bytes of data, it has ${bytes.byteLength}`,
    );
  return { sizes, bytes };
}

function locate(folder: string, stem: string): string | undefined {
  return [`${stem}-ubyte`, `${stem}-ubyte.gz`, `${stem}.idx`, `${stem}.gz`]
    .flatMap((name) => [name, name.replace(/-(idx\d)/, '.$1')])
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}

/** One part of an IDX data set, such as `train`: `train-images-idx3-ubyte[.gz]` and `train-labels-idx1-ubyte[.gz]`. */
export function readIdxSet(
  name: string,
  folder: string,
  part: 'train' | 't10k',
  classes?: readonly string[],
): ImageSet {
  const imageFile = locate(folder, `${part}-images-idx3`);
  const labelFile = locate(folder, `${part}-labels-idx1`);
  if (!imageFile || !labelFile)
    throw notFound(
      `${name} (${part}-${imageFile ? 'labels-idx1' : 'images-idx3'}-ubyte, .gz or not)`,
      [folder],
      'check --data-dir',
    );
  const { sizes, bytes: images } = readIdx(imageFile, 3);
  const { bytes: labels } = readIdx(labelFile, 1);
  const [count = 0, height = 0, width = 0] = sizes;
  if (labels.length !== count)
    throw new DataError(`${imageFile} has ${count} images, ${labelFile} ${labels.length} labels`);
  if (images.length === 0) throw new DataError(`${imageFile} holds no images: ${sizes.join(' x ')}`);
  const names =
    classes ??
    Array.from({ length: 1 + labels.reduce((max, label) => Math.max(max, label), 0) }, (_, c) => String(c));
  return {
    name,
    images,
    labels: checkLabels(Int32Array.from(labels), names.length, labelFile),
    count,
    height,
    width,
    channels: 1,
    classes: names,
  };
}

/** Whether the folder holds an IDX data set, or its images at least. */
export function hasIdxSet(folder: string): boolean {
  return locate(folder, 'train-images-idx3') !== undefined;
}

/** Whether no file of the set is missing. */
export function isWholeIdxSet(folder: string): boolean {
  return ['train', 't10k'].every((part) =>
    ['images-idx3', 'labels-idx1'].every((file) => locate(folder, `${part}-${file}`) !== undefined),
  );
}
