/**
 * Pickles of plain data: numbers, text, lists, dicts and NumPy arrays. Nothing else is instantiated, and no code runs.
 */
import { FileError } from '../../errors.ts';
import { sourceOfBytes } from '../byte-source.ts';
import { Cursor, type Damaged } from './cursor.ts';
import { hostOf } from './globals.ts';
import { unpickle } from './unpickle.ts';

/**
 * The value of a pickle.
 *
 * @param path - for errors
 * @throws FileError if it is damaged, or names code
 */
export function readPlainPickle(bytes: Uint8Array, path: string): unknown {
  const damaged: Damaged = (what, cause) => new FileError(`${path} is damaged: ${what}`, cause);
  const host = hostOf({ file: path, damaged, content: 'plain data', advice: 'fetch it again' });
  return unpickle(new Cursor(sourceOfBytes(bytes), damaged), host);
}
