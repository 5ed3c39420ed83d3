/** One image file as bytes: what the image library reads, and how. */
import { readFile } from 'node:fs/promises';
import type { AvailableFormatInfo, Sharp } from 'sharp';
import { DataError } from '../errors.ts';
import { otherKind } from '../io/index.ts';
import { type FilePath, pathText } from './file-path.ts';
import { endingOf } from './skipped.ts';

export interface DecodeSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface ImageFacts {
  /** Upright. */
  readonly height: number;
  readonly width: number;
  readonly grey: boolean;
}

/** Whether a name ends as one of the formats that this build of the image library reads. */
export async function imageNames(): Promise<(name: string) => boolean> {
  const { default: sharp } = await import('sharp');
  const endings = new Set(
    (Object.values(sharp.format) as AvailableFormatInfo[]).flatMap(({ input }) =>
      input.buffer ? (input.fileSuffix ?? []) : [],
    ),
  );
  return (name) => endings.has(endingOf(name));
}

/** What is read, for messages. */
export const readFormats = 'PNG, JPEG, WebP, TIFF, GIF, AVIF or SVG';

/** @param bytes - of the file, if it could be read: they may tell that it is something else */
function notAnImage(path: FilePath, cause: unknown, bytes?: Uint8Array): DataError {
  const other = bytes && otherKind(pathText(path), bytes, `an image (${readFormats})`, 'put an image there');
  // A damaged image is still one, and a damaged SVG is text.
  if (other !== undefined && !/ is (text|an? \w+ image|an XML text.*);/.test(other))
    return new DataError(other, cause);
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return new DataError(`${pathText(path)} cannot be read as an image: ${reason}`, cause);
}

/**
 * Hands a file to the image library. The bytes are read here: a name may be one that the library cannot be given.
 *
 * @throws DataError if it is not an image
 */
async function withImage<T>(path: FilePath, use: (image: Sharp) => Promise<T>): Promise<T> {
  let bytes: Uint8Array | undefined;
  try {
    const { default: sharp } = await import('sharp');
    bytes = await readFile(path);
    return await use(sharp(bytes));
  } catch (cause) {
    throw notAnImage(path, cause, bytes);
  }
}

/** Size and colour, from the head of the file. @throws DataError if it is not an image */
export async function imageFacts(path: FilePath): Promise<ImageFacts> {
  return withImage(path, async (image) => {
    const { autoOrient, space, channels } = await image.metadata();
    const grey = space === 'b-w' || space === 'grey16' || channels === 1;
    return { height: autoOrient.height, width: autoOrient.width, grey };
  });
}

/** An image as bytes [H, W, C], scaled to cover the size, in its channels. */
export async function scaledTo(image: Sharp, { height, width, channels }: DecodeSize): Promise<Uint8Array> {
  const scaled = image.resize(width, height, { fit: 'cover' }).flatten();
  const coloured = channels === 1 ? scaled.toColourspace('b-w') : scaled.toColourspace('srgb');
  const { data, info } = await coloured.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new Error(`it has ${info.channels} channels after decoding, ${channels} are needed`);
  return data;
}

/**
 * One image file as bytes [H, W, C], upright as its camera's mark says, scaled to cover the size.
 *
 * @throws DataError if it is not an image
 */
export async function decodeImage(path: FilePath, size: DecodeSize): Promise<Uint8Array> {
  return withImage(path, (image) => scaledTo(image.autoOrient(), size));
}

/**
 * An image that is in memory, as bytes [H, W, C] of its own size.
 *
 * @param where - for errors
 * @throws DataError if it is not an image
 */
export async function decodeImageBytes(
  bytes: Uint8Array,
  where: string,
  channels: 1 | 3,
): Promise<{ data: Uint8Array; height: number; width: number }> {
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(bytes)
      .flatten()
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, height: info.height, width: info.width };
  } catch (cause) {
    throw notAnImage(where, cause, bytes);
  }
}
