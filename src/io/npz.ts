/**
 * Writes NumPy's .npz: an uncompressed zip of .npy files (format 1.0), which `numpy.load` reads by name.
 */
import { UsageError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { encodeNpy, type NpyArray } from './npy.ts';
import type { StoredTensor } from './safetensors.ts';
import { encodeZip } from './zip-write.ts';

/**
 * The file as pieces, in map order.
 *
 * @throws UsageError for an array that does not fit its shape, a name that is not a relative path, or more than 4 GiB
 */
export function encodeNpz(arrays: ReadonlyMap<string, NpyArray | StoredTensor>): Uint8Array[] {
  return encodeZip(
    '.npz',
    [...arrays].map(([key, array]) => [nameOf(key), encodeNpy(array)]),
  );
}

/** Replaces the file. @throws FileError if it cannot be written; the old file stays */
export function writeNpz(path: string, arrays: ReadonlyMap<string, NpyArray | StoredTensor>): void {
  writeFileAtomic(path, encodeNpz(arrays));
}

function nameOf(key: string): string {
  const parts = key.split('/');
  if (/[\\\0]/.test(key) || parts.some((part) => part === '' || part === '..'))
    throw new UsageError(`${JSON.stringify(key)} is not a name for an array`);
  return `${key}.npy`;
}
