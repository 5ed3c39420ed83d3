/** Reads one image file as bytes. */
import { readFile } from 'node:fs/promises';
import type { AvailableFormatInfo, Sharp } from 'sharp';
import { checkObject } from '../check.ts';
import { DataError } from '../errors.ts';
import { checkPath, otherKind } from '../io/index.ts';
import { type FilePath, displayPath } from './file-path.ts';
import { fileExtension } from './skipped.ts';

export interface DecodeSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

interface ImageFacts {
  readonly height: number;
  readonly width: number;
  readonly grey: boolean;
}

/** Whether a name has the extension of a format supported by this build of the image library. */
export async function imageNameTest(): Promise<(name: string) => boolean> {
  const { default: sharp } = await import('sharp');
  const endings = new Set(
    (Object.values(sharp.format) as AvailableFormatInfo[]).flatMap(({ input }) =>
      input.buffer ? (input.fileSuffix ?? []) : [],
    ),
  );
  return (name) => endings.has(fileExtension(name));
}

/** The supported formats, for messages. */
export const supportedFormats = 'PNG, JPEG, WebP, TIFF, GIF, AVIF or SVG';

/** @param bytes - of the file, if readable: they may identify another format */
function notAnImage(path: FilePath, cause: unknown, bytes?: Uint8Array): DataError {
  const other =
    bytes && otherKind(displayPath(path), bytes, `an image (${supportedFormats})`, 'put an image there');
  // A damaged image is still an image, and a damaged SVG is text.
  if (other !== undefined && !/ is (text|an? \w+ image|an XML text.*);/.test(other))
    return new DataError(other, cause);
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return new DataError(`${displayPath(path)} cannot be read as an image: ${reason}`, cause);
}

async function opened(bytes: Uint8Array): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  return sharp(bytes, { ignoreIcc: true });
}

/**
 * Hands a file to the image library. The bytes are read here: the library does not accept every name.
 *
 * @throws DataError if it is not an image
 */
async function withImage<T>(path: FilePath, use: (image: Sharp) => Promise<T>): Promise<T> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readFile(path);
    return await use(await opened(bytes));
  } catch (cause) {
    throw notAnImage(path, cause, bytes);
  }
}

/** Size and colour, from the header of the file. @throws DataError if it is not an image */
export async function imageFacts(path: FilePath): Promise<ImageFacts> {
  return withImage(path, async (image) => {
    const { height, width, space, channels } = await image.metadata();
    const grey = space === 'b-w' || space === 'grey16' || channels === 1;
    return { height, width, grey };
  });
}

interface Pixels {
  /** [H, W, C] */
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

async function rawPixels(image: Sharp, channels: number): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new Error(`it has ${info.channels} channels after decoding, ${channels} are needed`);
  return { data, height: info.height, width: info.width };
}

/** CMYK without a profile, as Pillow does. @param data - [.., 4] */
function rgbOfCmyk(data: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const light = 255 - data[from + 3]!;
    for (let c = 0; c < 3; c++) rgb[to++] = Math.max(0, light - Math.round((data[from + c]! * light) / 255));
  }
  return rgb;
}

/** @param data - [.., 3]; ITU-R 601 weights, in Pillow's arithmetic */
function greyOfRgb(data: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: data.length / 3 },
    (_, i) => (19595 * data[3 * i]! + 38470 * data[3 * i + 1]! + 7471 * data[3 * i + 2]! + 0x8000) >> 16,
  );
}

/**
 * The image as Pillow's `convert('RGB')` returns it, which torchvision and timm use: alpha is dropped, colour profiles
 * and EXIF orientation are ignored. Grey of 16 bits is scaled to 8, where Pillow clips at 255.
 */
async function plainImage(image: Sharp): Promise<Sharp> {
  const { space, hasAlpha } = await image.metadata();
  const isCmyk = space === 'cmyk';
  // Scaling with an alpha channel would weight the colours by it.
  if (!isCmyk && !hasAlpha) return image;
  const { data, height, width } = isCmyk
    ? await rawPixels(image.removeAlpha().pipelineColourspace('cmyk').toColourspace('cmyk'), 4)
    : await rawPixels(image.removeAlpha().toColourspace('srgb'), 3);
  const { default: sharp } = await import('sharp');
  return sharp(isCmyk ? rgbOfCmyk(data) : data, { raw: { height, width, channels: 3 } });
}

async function inChannels(image: Sharp, channels: number): Promise<Pixels> {
  const pixels = await rawPixels(image.toColourspace('srgb'), 3);
  return channels === 1 ? { ...pixels, data: greyOfRgb(pixels.data) } : pixels;
}

/** An image without alpha as bytes [H, W, C], scaled to cover the size, in its channels. */
export async function scaleTo(image: Sharp, { height, width, channels }: DecodeSize): Promise<Uint8Array> {
  const { data } = await inChannels(image.resize(width, height, { fit: 'cover' }), channels);
  return data;
}

/**
 * One image file as bytes [H, W, C], scaled to cover the size.
 *
 * @throws DataError if it is not an image
 */
export async function decodeImage(file: FilePath | URL, size: DecodeSize): Promise<Uint8Array> {
  const path = Buffer.isBuffer(file) ? file : checkPath('the path of the image', file);
  checkObject('the size of an image', 'size', size, 'height', 'width', 'channels');
  return withImage(path, async (image) => scaleTo(await plainImage(image), size));
}

/**
 * An image in memory as bytes [H, W, C], at its own size.
 *
 * @param where - for errors
 * @throws DataError if it is not an image
 */
export async function decodeImageBytes(bytes: Uint8Array, where: string, channels: 1 | 3): Promise<Pixels> {
  try {
    return await inChannels(await plainImage(await opened(bytes)), channels);
  } catch (cause) {
    throw notAnImage(where, cause, bytes);
  }
}
