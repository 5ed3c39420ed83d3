/**
 * Test images in NumPy's .npy files, the format of CIFAR-10.1 and CIFAR-10-C: bytes [N, H, W, C] or [N, H, W] in one
 * file, class indices [N] in another beside it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkText, oneLine } from '../check.ts';
import { DataError, FileError, UsageError } from '../errors.ts';
import { decodeNpy, isFolder, statOf } from '../io/index.ts';
import { meanfieldCommand } from '../program.ts';
import { labelsForAllSeverities, severityCount } from './corruptions.ts';
import { checkLabels } from './labels.ts';
import { notFound } from './locate.ts';
import type { TestData } from './types.ts';

interface Pair {
  readonly images: string;
  readonly labels: string;
}

const mend =
  'give --data-dir FILE.npy with images (bytes [N, H, W, C]), and beside it labels.npy or a file of its name with labels for data';

const isLabels = (name: string): boolean => /(^|[^a-z])(labels?|targets?|y)([^a-z]|$)/i.test(name);

/** The possible names of the labels of an image file: cifar10.1_v6_data.npy has cifar10.1_v6_labels.npy. */
const labelNames = (images: string): string[] => [
  ...['data', 'images', 'imgs'].flatMap((word) =>
    images.includes(word) ? ['labels', 'label', 'targets'].map((other) => images.replace(word, other)) : [],
  ),
  ...(/^x(?![a-z])/i.test(images) ? [images.replace(/^x/, 'y').replace(/^X/, 'y')] : []),
  ...['labels.npy', 'targets.npy', 'y.npy'],
];

const npyIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.npy') && !name.startsWith('.'));

const labelsBeside = (images: string, names: readonly string[]): string | undefined =>
  labelNames(images).find((name) => names.includes(name) && name !== images);

/**
 * The image files to test on, in order: in a folder such as that of CIFAR-10-C, those that share their labels; else the
 * place itself.
 */
export function npyTestFiles(place: string): readonly string[] {
  checkText('place', place);
  if (!isFolder(place)) return [place];
  const names = npyIn(place);
  const images = names.filter((name) => !isLabels(name)).sort();
  const labels = new Set(images.map((name) => labelsBeside(name, names)));
  const isShared = images.length > 1 && labels.size === 1 && !labels.has(undefined);
  return isShared ? images.map((name) => join(place, name)) : [place];
}

/** @throws DataError if there is no such pair of files, or several */
function locate(place: string | undefined): Pair {
  const stat = place === undefined ? undefined : statOf(place);
  if (place === undefined || !stat) throw notFound('npy', place === undefined ? [] : [place], mend);
  const folder = stat.isFile() ? dirname(place) : place;
  const names = npyIn(folder);
  const found = names.filter((name) => !isLabels(name)).sort();
  const images = stat.isFile() ? basename(place) : found[0];
  if (images === undefined) throw notFound('npy', [join(folder, '*.npy')], mend);
  if (!stat.isFile() && found.length > 1)
    throw new DataError(
      `${folder} has ${found.length} image files: choose one, such as --data-dir ${oneLine(join(folder, images))} (${found.slice(0, 4).join(', ')}${found.length > 4 ? ', ..' : ''})`,
    );
  const labels = labelsBeside(images, names);
  if (labels === undefined)
    throw notFound(
      `the labels of ${images}`,
      labelNames(images).map((name) => join(folder, name)),
      mend,
    );
  return { images: join(folder, images), labels: join(folder, labels) };
}

/** The image file, if there is one with labels. */
export function findNpyImages(place: string | undefined): string | undefined {
  if (place === undefined) return undefined;
  try {
    return locate(place).images;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

function read(path: string): ReturnType<typeof decodeNpy> {
  try {
    return decodeNpy(readFileSync(path), path);
  } catch (error) {
    throw error instanceof FileError ? new DataError(error.message, error) : error;
  }
}

/**
 * @param place - the image file, or a folder with one
 * @param classes - those of the net; absent: numbers up to the largest label
 * @throws DataError if a file is missing, damaged, or does not hold images or labels
 */
export function readNpyImages(place: string | undefined, classes?: readonly string[]): TestData {
  const { images: imagesPath, labels: labelsPath } = locate(place);
  const { dtype, shape, data } = read(imagesPath);
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const good = (shape.length === 3 || shape.length === 4) && [1, 3].includes(channels);
  if (dtype !== 'U8' || !good || count * height * width === 0)
    throw new DataError(
      `${imagesPath} holds [${shape.join(', ')}] of ${dtype.toLowerCase()}: expected images as bytes, [N, H, W, C] of u8 with 1 or 3 channels`,
    );
  const labels = labelsForAllSeverities(imagesPath, count, labelsOf(labelsPath));
  if (labels.length !== count)
    throw new DataError(`${labelsPath} has ${labels.length} labels for the ${count} images of ${imagesPath}`);
  const largest = labels.reduce((max, label) => Math.max(max, label), 1);
  const names = classes ?? Array.from({ length: largest + 1 }, (_, c) => String(c));
  checkLabels(labels, names.length, labelsPath);
  const severities = severityCount(imagesPath, labels);
  return {
    test: { name: 'npy', images: data, labels, count, height, width, channels, classes: names },
    ...(severities !== undefined && { severities }),
  };
}

const integers = {
  U8: Uint8Array,
  I8: Int8Array,
  I16: Int16Array,
  I32: Int32Array,
  I64: BigInt64Array,
} as const;

function labelsOf(path: string): Int32Array {
  const { dtype, shape, data } = read(path);
  const count = shape.reduce((product, size) => product * size, 1);
  if (!(dtype in integers) || count !== (shape[0] ?? 0))
    throw new DataError(
      `${path} holds [${shape.join(', ')}] of ${dtype.toLowerCase()}: expected class indices, whole numbers [N]`,
    );
  // An aligned copy.
  const { buffer } = new Uint8Array(data);
  const values = new integers[dtype as keyof typeof integers](buffer);
  return Int32Array.from(values as ArrayLike<number | bigint>, Number);
}

export function throwTestOnly(): never {
  throw new UsageError(
    `npy holds test images only: evaluate a run on them (${meanfieldCommand('evaluate', 'RUN', '--dataset', 'npy', '--data-dir', 'FILE.npy')}), or a file of weights with --mean and --std`,
  );
}
