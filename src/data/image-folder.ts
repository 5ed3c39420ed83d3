/** Folders of image files, a folder a class: DIR/train/<class>/*.png and DIR/test/<class>/* (or val). */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkInteger, unexpected } from '../check.ts';
import { DataError } from '../errors.ts';
import { notFound } from './locate.ts';
import type { ImageSet } from './types.ts';

const endings = /\.(png|jpe?g|webp)$/i;

export interface DecodeSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface ImageFolderOptions {
  /** Pixels of the side, or [height, width]; images are scaled to cover it. Default: the size of the first image. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** 1: gray, 3: colour. Default: as the first image. */
  readonly channels?: 1 | 3;
}

function notAnImage(file: string, cause: unknown): DataError {
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return new DataError(`${file} cannot be read as an image: ${reason}`, cause);
}

/**
 * One image file as bytes [H, W, C], upright as its camera's mark says, scaled to cover the size.
 *
 * @throws DataError if it is no image
 */
export async function decodeImage(
  file: string,
  { height, width, channels }: DecodeSize,
): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(file).autoOrient().resize(width, height, { fit: 'cover' }).flatten();
    const coloured = channels === 1 ? image.toColourspace('b-w') : image.toColourspace('srgb');
    const { data, info } = await coloured.raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== channels)
      throw new DataError(`${file} has ${info.channels} channels after decoding, ${channels} are needed`);
    return data;
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw notAnImage(file, cause);
  }
}

/** Image files under the paths: files as they are, folders at any depth. */
export function listImages(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) throw new DataError(`${path} does not exist`);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true })
      .map(String)
      .filter((name) => endings.test(name))
      .sort()
      .map((name) => join(path, name));
  });
}

/** Enough to hide the waiting for files and threads. */
const decodedAtOnce = 8;

async function readPart(folder: string, classes: readonly string[], size: DecodeSize): Promise<ImageSet> {
  const files = classes.flatMap((name, label) => {
    const inside = join(folder, name);
    return existsSync(inside) ? listImages([inside]).map((file) => ({ file, label })) : [];
  });
  if (files.length === 0)
    throw new DataError(`${folder} has no PNG, JPEG or WebP files in its class folders`);
  const pixels = size.height * size.width * size.channels;
  const images = new Uint8Array(files.length * pixels);
  for (let first = 0; first < files.length; first += decodedAtOnce) {
    const some = files.slice(first, first + decodedAtOnce);
    const decoded = await Promise.all(some.map(({ file }) => decodeImage(file, size)));
    decoded.forEach((bytes, i) => {
      images.set(bytes, (first + i) * pixels);
    });
  }
  const labels = Int32Array.from(files, ({ label }) => label);
  return { name: 'image-folder', images, labels, count: files.length, ...size, classes };
}

function foldersIn(path: string): string[] {
  return (
    readdirSync(path)
      // A link to a folder is one; a hidden folder is no class.
      .filter(
        (name) =>
          !name.startsWith('.') && statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory(),
      )
      .sort()
  );
}

/** Where the parts are: `test` may also be called `val`. */
function partsOf(dataDir: string): { trainDir: string; testDir: string } | undefined {
  const trainDir = join(dataDir, 'train');
  const testDir = ['test', 'val'].map((name) => join(dataDir, name)).find((path) => existsSync(path));
  return existsSync(trainDir) && testDir !== undefined ? { trainDir, testDir } : undefined;
}

/** The folder, if it has both parts. */
export function findImageFolder(dataDir: string | undefined): string | undefined {
  return dataDir !== undefined && partsOf(dataDir) ? dataDir : undefined;
}

/** @throws DataError if a part, a class or an image is missing or cannot be read */
export async function readImageFolder(
  dataDir: string | undefined,
  options: ImageFolderOptions = {},
): Promise<{ train: ImageSet; test: ImageSet }> {
  const mend = 'give --data-dir DIR with DIR/train/<class>/*.png and DIR/test/<class>/*.png';
  if (dataDir === undefined) throw notFound('image-folder', [], mend);
  const parts = partsOf(dataDir);
  if (!parts)
    throw notFound(
      'image-folder',
      ['train', 'test', 'val'].map((name) => join(dataDir, name)),
      mend,
    );
  const { trainDir, testDir } = parts;
  const classes = foldersIn(trainDir);
  if (classes.length < 2)
    throw new DataError(`${trainDir} has ${classes.length} class folders, at least 2 are needed`);
  const unknown = foldersIn(testDir).find((name) => !classes.includes(name));
  if (unknown !== undefined)
    throw new DataError(`${join(testDir, unknown)} is a class that ${trainDir} does not have`);
  const size = await sizeOf(listImages([trainDir])[0], options, trainDir);
  return { train: await readPart(trainDir, classes, size), test: await readPart(testDir, classes, size) };
}

async function sizeOf(
  first: string | undefined,
  { imageSize, channels }: ImageFolderOptions,
  folder: string,
): Promise<DecodeSize> {
  if (first === undefined) throw new DataError(`${folder} has no PNG, JPEG or WebP files`);
  const allowed: readonly unknown[] = [undefined, 1, 3];
  if (!allowed.includes(channels)) throw unexpected('1 (gray) or 3 (colour)', 'channels', channels);
  const { default: sharp } = await import('sharp');
  const found = await sharp(first)
    .metadata()
    .catch((cause: unknown) => {
      throw notAnImage(first, cause);
    });
  const { width, height } = found.autoOrient;
  const gray = found.space === 'b-w' || found.space === 'grey16' || found.channels === 1;
  const [asked = height, askedWidth = width] =
    typeof imageSize === 'number' ? [imageSize, imageSize] : (imageSize ?? []);
  return {
    height: checkInteger('image size', asked, { min: 1 }),
    width: checkInteger('image size', askedWidth, { min: 1 }),
    channels: channels ?? (gray ? 1 : 3),
  };
}
