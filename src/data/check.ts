/** Reads a data set whole and says what is there: `meanfield data check`. */
import { existsSync, statSync } from 'node:fs';
import { sha256OfFile } from '../io/index.ts';
import { DataError } from '../errors.ts';
import { listDatasets, loadImages } from './catalogue.ts';
import { sources } from './sources.ts';

export interface DatasetCheck {
  readonly name: string;
  readonly where: string;
  readonly train: number;
  readonly test: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
  /** Training images of each class. */
  readonly perClass: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** For an archive whose checksum is known. */
  readonly checksum?: string;
}

/** @throws DataError that names what is missing, damaged or out of range, or the checksum that is wrong */
export async function checkDataset(name: string, dataDir: string | undefined): Promise<DatasetCheck> {
  const { train, test, mean, std } = await loadImages(name, dataDir === undefined ? {} : { dataDir });
  const where = listDatasets(dataDir).find((one) => one.name === name)?.found ?? dataDir ?? '';
  const perClass = train.classes.map((_, c) =>
    train.labels.reduce((sum, label) => sum + (label === c ? 1 : 0), 0),
  );
  const { height, width, channels, classes } = train;
  const checksum = await archiveChecksum(name, where);
  return {
    name,
    where,
    train: train.count,
    test: test.count,
    height,
    width,
    channels,
    classes,
    perClass,
    mean,
    std,
    ...(checksum !== undefined && { checksum }),
  };
}

async function archiveChecksum(name: string, file: string): Promise<string | undefined> {
  const source = sources[name];
  if (!source || !existsSync(file) || !statSync(file).isFile()) return undefined;
  const actual = await sha256OfFile(file);
  if (actual !== source.sha256)
    throw new DataError(
      `${file} is readable but not the published archive: SHA-256 ${actual}, expected ${source.sha256}; fetch it again: meanfield data fetch ${name}`,
    );
  return `SHA-256 ${actual}, as published`;
}
