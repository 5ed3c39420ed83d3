/** Copies of a published data set that are in the data folder already, in any layout that training reads. */
import { basename } from 'node:path';
import { DataError } from '../errors.ts';
import { isFile } from '../io/index.ts';
import { loadImages } from './catalogue.ts';
import { cifarNames, type CifarName } from './cifar-layouts.ts';
import { isWhole, locateCifar } from './cifar-locate.ts';
import { isWholeIdxSet } from './idx.ts';
import { findIdxSet, type IdxSetName } from './idx-sets.ts';
import type { Publication } from './sources.ts';

const isCifar = (name: string): name is CifarName => cifarNames.some((one) => one === name);

/** Where all files of the set are; undefined if some are missing, or if only the published files are there. */
function wholeIn(name: string, dataDir: string, { files }: Publication): string | undefined {
  if (!isCifar(name)) {
    const folder = findIdxSet(name as IdxSetName, dataDir, []);
    return folder !== undefined && isWholeIdxSet(folder) ? folder : undefined;
  }
  try {
    const place = locateCifar(name, dataDir);
    if (place.kind === 'folder' && !isWhole(place)) return undefined;
    return files.some(({ file }) => basename(place.path) === file) ? undefined : place.path;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/**
 * The path of a copy with all images, so that nothing need be downloaded.
 *
 * @throws DataError for a damaged folder: training would read it, and not what is downloaded
 */
export async function existingCopy(
  name: string,
  dataDir: string,
  publication: Publication,
): Promise<string | undefined> {
  const path = wholeIn(name, dataDir, publication);
  if (path === undefined) return undefined;
  const { images } = publication;
  try {
    const { train, test } = await loadImages(name, { dataDir });
    if (train.count === images.train && test.count === images.test) return path;
    throw new DataError(`${train.count} + ${test.count} images instead of ${images.train} + ${images.test}`);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    // The published archive comes before other files.
    if (isFile(path) || path.endsWith('.parquet')) return undefined;
    throw new DataError(
      `${path} is a damaged copy of ${name} (${error.message}): remove or move it, and fetch again`,
    );
  }
}
