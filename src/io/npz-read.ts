/** Reads the arrays of a .npz file on demand. */
import { FileError } from '../errors.ts';
import { decodeNpy } from './npy.ts';
import type { StoredTensor } from './safetensors.ts';
import { openZip } from './zip.ts';

/**
 * All arrays by name, compressed or not.
 *
 * @throws FileError if it is not a .npz file, is damaged, or holds data that is not numeric
 */
export async function readNpz(path: string): Promise<Map<string, StoredTensor>> {
  const damaged = (what: string, cause?: unknown): FileError =>
    new FileError(`${path} is damaged or half-written: ${what}; save it again`, cause);
  const zip = await openZip(path, damaged);
  try {
    const arrays = new Map<string, StoredTensor>();
    for (const name of zip.names) {
      if (name.endsWith('/')) continue;
      if (!name.endsWith('.npy'))
        throw new FileError(`${path} is a zip archive, not a .npz: it contains ${JSON.stringify(name)}`);
      const key = name.slice(0, -'.npy'.length);
      arrays.set(key, decodeNpy(await zip.read(name), `${path}: ${JSON.stringify(key)}`));
    }
    return arrays;
  } finally {
    zip.close();
  }
}
