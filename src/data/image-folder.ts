/**
 * Folders of image files, one folder per class: DIR/train/<class>/*.png, DIR/test/<class>/*, and DIR/val/<class>/* for
 * validation, if present.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkInteger, unexpected } from '../check.ts';
import { DataError } from '../errors.ts';
import { isFolder } from '../io/index.ts';
import { formatClassNames } from './class-names.ts';
import type { FilePath } from './file-path.ts';
import { entriesIn, resolved } from './folder-walk.ts';
import { decodeImage, type DecodeSize, imageFacts, supportedFormats } from './image-file.ts';
import { classFoldersOf, type LabelledPart, readLabelledParts } from './image-tree.ts';
import { notFound } from './locate.ts';
import type { ImageSet } from './types.ts';

export interface ImageFolderOptions {
  /** Side length in pixels, or [height, width]; images are scaled to cover it. Default: the size of the first image. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** 1: grey, 3: colour. Default: grey if all images are grey. */
  readonly channels?: 1 | 3;
  /** Accept a class folder without images; by default it is an error. */
  readonly allowEmptyClasses?: boolean;
}

type PartName = 'train' | 'val' | 'test';

/** The names of the folders of each part, in any letter case. */
const partNames: Readonly<Record<PartName, readonly string[]>> = {
  train: ['train', 'training'],
  val: ['val', 'valid', 'validation', 'eval', 'evaluation'],
  test: ['test', 'testing'],
};

const mend = 'give --data-dir DIR with DIR/train/<class>/*.png and DIR/test/<class>/*.png';

/** Where the parts are. @throws DataError if two folders may be the same part */
function partsOf(dataDir: string): Partial<Record<PartName, string>> {
  if (!isFolder(dataDir)) return {};
  const folders = entriesIn(dataDir).filter(({ path }) => resolved(path)?.isDirectory());
  return Object.fromEntries(
    (Object.keys(partNames) as PartName[]).flatMap((part) => {
      const found = folders.filter(({ name }) => partNames[part].includes(name.toLowerCase()));
      if (found.length > 1)
        throw new DataError(
          `${dataDir} has ${found.map(({ name }) => name).join(' and ')}, and either may be the ${part} set: keep one`,
        );
      return found.map(({ name }) => [part, join(dataDir, name)]);
    }),
  );
}

/** The folder, if it has both parts. */
export function findImageFolder(dataDir: string | undefined): string | undefined {
  if (dataDir === undefined) return undefined;
  const { train, test, val } = partsOf(dataDir);
  return train !== undefined && (test ?? val) !== undefined ? dataDir : undefined;
}

function notThere(dataDir: string | undefined): DataError {
  const places = dataDir === undefined ? [] : ['train', 'test', 'val'].map((name) => join(dataDir, name));
  return notFound('image-folder', places, mend);
}

interface ImageFolderData {
  readonly train: ImageSet;
  readonly validation?: ImageSet;
  readonly test: ImageSet;
  /** Skipped files, one line per reason. */
  readonly notes: readonly string[];
}

/** @throws DataError if a part, a class or an image is missing or cannot be read */
export async function readImageFolder(
  dataDir: string | undefined,
  options: ImageFolderOptions = {},
): Promise<ImageFolderData> {
  const found = dataDir === undefined ? {} : partsOf(dataDir);
  // A set with one part beside training is tested on that part, whatever its name.
  const [testDir, valDir] = [found.test ?? found.val, found.test === undefined ? undefined : found.val];
  if (found.train === undefined || testDir === undefined) throw notThere(dataDir);
  const folders = [found.train, testDir, ...(valDir === undefined ? [] : [valDir])];
  const parts = await readLabelledParts(folders);
  const [train, test, val] = parts as [LabelledPart, LabelledPart, LabelledPart | undefined];
  const classes = [...train.classes.keys()];
  if (classes.length < 2)
    throw new DataError(
      `${train.folder} has ${classes.length} class folder${classes.length === 1 ? '' : 's'}, at least 2 are needed`,
    );
  for (const part of parts) checkClasses(part, classes, train.folder, options);
  const size = await sizeOf(parts, options);
  const validation = val && (await decodePart(val, classes, size));
  return {
    train: await decodePart(train, classes, size),
    ...(validation && { validation }),
    test: await decodePart(test, classes, size),
    notes: parts.flatMap(notesOf),
  };
}

/**
 * The test set alone: DIR/test, else DIR/val, or DIR itself if it holds class folders. Classes are those of DIR/train
 * if present.
 *
 * @throws DataError as {@link readImageFolder}
 */
export async function readImageFolderTest(
  dataDir: string | undefined,
  options: ImageFolderOptions = {},
): Promise<Pick<ImageFolderData, 'test' | 'notes'>> {
  if (dataDir === undefined || !existsSync(dataDir)) throw notThere(dataDir);
  const { train, test: testPart, val } = partsOf(dataDir);
  const testDir = testPart ?? val ?? (train === undefined ? dataDir : undefined);
  if (testDir === undefined) throw notThere(dataDir);
  const [part] = (await readLabelledParts([testDir])) as [LabelledPart];
  const trained = train === undefined ? [] : await classFoldersOf(train);
  const classes = trained.length > 0 ? trained : [...part.classes.keys()];
  if (classes.length === 0) throw notThere(dataDir);
  checkClasses(part, classes, train ?? testDir, options);
  const size = await sizeOf([part], options);
  return { test: await decodePart(part, classes, size), notes: notesOf(part) };
}

function checkClasses(
  { folder, classes, skipped }: LabelledPart,
  known: readonly string[],
  trainDir: string,
  { allowEmptyClasses = false }: ImageFolderOptions,
): void {
  const unknown = [...classes.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new DataError(
      `${folder} has ${formatClassNames(unknown)}, which ${trainDir} does not have: add training images, or remove ${unknown.length > 1 ? 'them' : 'it'}`,
    );
  const empty = [...classes].filter(([, files]) => files.length === 0).map(([name]) => name);
  const reasons = skipped.lines().map((line) => `; ${line}`);
  if (empty.length === classes.size)
    throw new DataError(`${folder} has no ${supportedFormats} files in its class folders${reasons.join('')}`);
  if (empty.length > 0 && !allowEmptyClasses)
    throw new DataError(
      `${folder} has no ${supportedFormats} files for ${formatClassNames(empty)}${reasons.join('')}; add images, remove the folder, or allow it with --allow-empty-classes`,
    );
}

const notesOf = ({ folder, skipped }: LabelledPart): string[] =>
  skipped.lines().map((line) => `${basename(folder)}: ${line}`);

/** Enough to hide the latency of files and threads. */
const decodedAtOnce = 8;

async function decodePart(
  { classes: byClass }: LabelledPart,
  classes: readonly string[],
  size: DecodeSize,
): Promise<ImageSet> {
  const files = classes.flatMap((name, label) => (byClass.get(name) ?? []).map((file) => ({ file, label })));
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

async function sizeOf(
  parts: readonly LabelledPart[],
  { imageSize, channels }: ImageFolderOptions,
): Promise<DecodeSize> {
  const allowed: readonly unknown[] = [undefined, 1, 3];
  if (!allowed.includes(channels)) throw unexpected('1 (grey) or 3 (colour)', 'channels', channels);
  const files = parts.flatMap(({ classes }) => [...classes.values()].flat());
  const { height, width } = await imageFacts(files[0]!);
  const [asked = height, askedWidth = width] =
    typeof imageSize === 'number' ? [imageSize, imageSize] : (imageSize ?? []);
  return {
    height: checkInteger('image size', asked, { min: 1 }),
    width: checkInteger('image size', askedWidth, { min: 1 }),
    channels: channels ?? ((await allGrey(files)) ? 1 : 3),
  };
}

/** Reads headers up to the first image in colour. */
async function allGrey(files: readonly FilePath[]): Promise<boolean> {
  for (let first = 0; first < files.length; first += decodedAtOnce) {
    const some = await Promise.all(files.slice(first, first + decodedAtOnce).map(imageFacts));
    if (some.some(({ grey }) => !grey)) return false;
  }
  return true;
}
