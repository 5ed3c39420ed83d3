/**
 * CIFAR-10 and CIFAR-100 as published: the binary version (records of label bytes and 3072 planar pixels) and the
 * Python version (pickled arrays, which torchvision keeps), each in a folder or its .tar.gz, and Parquet (PNG files in
 * a column).
 */
import { DataError } from '../errors.ts';
import { decodeBatches } from './cifar-batches.ts';
import { type CifarFiles, filesOfArchive, filesOfFolder } from './cifar-files.ts';
import { type CifarLayout, type CifarName, cifarNames, layoutsOf } from './cifar-layouts.ts';
import { locateCifar } from './cifar-locate.ts';
import { readCifarParquet } from './cifar-parquet.ts';
import type { ImageSet } from './types.ts';
import { fetchHint } from './fetch-hint.ts';

type Part = 'train' | 'test';

/** Training and test set. @throws DataError that says what is missing, truncated or out of range */
export async function readCifar(
  name: CifarName,
  dataDir: string | undefined,
): Promise<{ train: ImageSet; test: ImageSet }> {
  const { train, test } = await readParts(name, dataDir, ['train', 'test']);
  return { train: train!, test: test! };
}

/**
 * The test set alone: the files of the training set may be missing, if at least one is present. @throws as {@link
 * readCifar}
 */
export async function readCifarTest(
  name: CifarName,
  dataDir: string | undefined,
): Promise<{ test: ImageSet }> {
  return { test: (await readParts(name, dataDir, ['test'])).test! };
}

async function readParts(
  name: CifarName,
  dataDir: string | undefined,
  parts: readonly Part[],
): Promise<Partial<Record<Part, ImageSet>>> {
  const place = locateCifar(name, dataDir);
  if (place.kind === 'parquet') return readCifarParquet(name, place.parts, parts);
  const { layout, files } =
    place.kind === 'folder'
      ? { layout: place.layout, files: filesOfFolder(place.path) }
      : await openArchive(name, place.path, parts);
  const missing = parts.flatMap((part) => layout[part]).find((file) => !files.has(file));
  if (missing !== undefined)
    throw new DataError(`${name}: ${files.where(missing)} is missing; ${fetchHint(name)}`);
  return decodeBatches(layout, files, parts);
}

/** The version of an archive is detected from its files. */
async function openArchive(
  name: CifarName,
  path: string,
  parts: readonly Part[],
): Promise<{ layout: CifarLayout; files: CifarFiles }> {
  const layouts = layoutsOf(name);
  const wanted = new Set(
    layouts.flatMap((layout) => [...parts.flatMap((part) => layout[part]), layout.classesFile]),
  );
  const files = await filesOfArchive(path, (file) => wanted.has(file));
  const holds = (layout: CifarLayout): boolean =>
    [...layout.train, ...layout.test].some((file) => files.names.has(file));
  const layout = layouts.find(holds);
  if (layout) return { layout, files };
  const other = cifarNames.find((one) => one !== name && layoutsOf(one).some(holds));
  throw new DataError(
    other
      ? `${path} has ${other}, not ${name}: give --dataset ${other}`
      : `${path} has no files of ${name}; ${fetchHint(name, path)}`,
  );
}
