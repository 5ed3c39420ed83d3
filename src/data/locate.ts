/** Locates the files of a data set; the error if they are missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../errors.ts';

/** The first of these folders that has one of the files. */
export function findIn(folders: readonly string[], names: readonly string[]): string | undefined {
  for (const folder of folders)
    for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}

/** @param mend - how to get the data */
export function notFound(name: string, places: readonly string[], mend: string): DataError {
  return new DataError(
    `${name} not found: looked in ${places.length ? places.join(', ') : 'no folder (give --data-dir)'}; ${mend}`,
  );
}
