/** The error for a data set whose files are missing. */
import { DataError } from '../errors.ts';

/** @param mend - how to get the data */
export function notFound(name: string, places: readonly string[], mend: string): DataError {
  return new DataError(
    `${name} not found: looked in ${places.length ? places.join(', ') : 'no folder (give --data-dir)'}; ${mend}`,
  );
}
