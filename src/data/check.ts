/** Reads a whole data set and describes it: `meanfield data check`. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkPath, type PathLike, sha256OfFile } from '../io/index.ts';
import { DataError } from '../errors.ts';
import { listDatasets, loadImages } from './catalogue.ts';
import type { ImageFolderOptions } from './image-folder.ts';
import { pixelMoments } from './moments.ts';
import { alternativeArchives, type Source, sources } from './sources.ts';
import { fetchHint } from './fetch-hint.ts';

export interface DatasetCheck {
  readonly name: string;
  readonly where: string;
  readonly train: number;
  /** Images of a separate validation set; 0 without one. */
  readonly validation: number;
  readonly test: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
  /** Training images per class. */
  readonly perClass: readonly number[];
  /** Measured on the training images, for pixels in [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Files that were skipped, one line per reason. */
  readonly notes: readonly string[];
  /** The result of the checksums, if published files are present unchanged. */
  readonly checksum?: string;
}

/**
 * Reads a data set as training does, and summarises it.
 *
 * @example
 * const facts = await checkDataset('image-folder', 'photos', { imageSize: 32 });
 * console.log(facts.train, facts.classes);
 *
 * @throws DataError that names the missing, damaged or out-of-range part, or the wrong checksum
 */
export async function checkDataset(
  name: string,
  given?: PathLike,
  options: ImageFolderOptions = {},
): Promise<DatasetCheck> {
  const dataDir = given === undefined ? undefined : checkPath('dataDir', given);
  const loaded = await loadImages(name, { ...options, ...(dataDir !== undefined && { dataDir }) });
  const { train, test, validation, notes = [] } = loaded;
  const where = listDatasets(dataDir).find((one) => one.name === name)?.found ?? dataDir ?? '';
  const perClass = train.classes.map((_, c) =>
    train.labels.reduce((sum, label) => sum + (label === c ? 1 : 0), 0),
  );
  // Measured even if training uses published values: they show whether these are the right images.
  const { mean, std } = pixelMoments(train);
  const { height, width, channels, classes } = train;
  const checksum = await checksumState(name, where);
  return {
    name,
    where,
    train: train.count,
    validation: validation?.count ?? 0,
    test: test.count,
    height,
    width,
    channels,
    classes,
    perClass,
    mean,
    std,
    notes,
    ...(checksum !== undefined && { checksum }),
  };
}

/**
 * Compares the files with the published checksums. A readable archive with another checksum is an error; IDX files may
 * have been repacked, as Debian does.
 */
async function checksumState(name: string, where: string): Promise<string | undefined> {
  const files = sources[name]?.files ?? [];
  if (files.length === 0 || !existsSync(where)) return undefined;
  if (statSync(where).isFile()) {
    const [{ sha256 }] = files as [Source];
    const actual = await sha256OfFile(where);
    if (![sha256, ...(alternativeArchives[name] ?? [])].includes(actual))
      throw new DataError(
        `${where} is readable but not the published archive: SHA-256 ${actual}, expected ${sha256}; ${fetchHint(name)}`,
      );
    return `SHA-256 ${actual}, as published`;
  }
  const here = files.filter(({ file }) => existsSync(join(where, file)));
  if (here.length === 0) return undefined;
  for (const { file, sha256 } of here)
    if ((await sha256OfFile(join(where, file))) !== sha256)
      return `${file} is packed differently from the published archive, so its SHA-256 cannot be compared`;
  return `SHA-256 of ${here.length} files, as published`;
}
