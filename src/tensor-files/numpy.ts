/**
 * Writes tensors as NumPy files for `numpy.load`; reads files of `numpy.save`, `savez` and `savez_compressed`.
 */
import { checkOptions } from '../check.ts';
import {
  checkPath,
  decodeNpy,
  encodeNpy,
  fileBytes,
  type PathLike,
  readNpz as readArrays,
  writeFileAtomic,
  writeNpz as writeArrays,
} from '../io/index.ts';
import type { Tensor } from '../tensor/index.ts';
import {
  checkTensor,
  loaded,
  loadedByName,
  type NamedTensors,
  type ReadOptions,
  readOptionKeys,
  storedTensors,
} from './named.ts';
import { storedOf } from './stored-tensor.ts';

/**
 * Replaces the file with one .npy array. NumPy has no bf16.
 *
 * @throws UsageError for a bf16 tensor; FileError if it cannot be written (the old file stays)
 */
export function writeNpy(file: PathLike, tensor: Tensor): void {
  const path = checkPath('the path', file);
  writeFileAtomic(path, encodeNpy(storedOf(checkTensor(tensor, 'to save'))));
}

/**
 * The array of a .npy file. f2 becomes f32; i1, i2, i4, u2 and u4 become i64, and u8 (64 bits) if its values fit.
 *
 * @throws FileError if it is missing, damaged, or not numeric
 *
 * @example
 * const x = readNpy('x.npy', { dtype: 'f64' });
 * x.shape;
 */
export function readNpy(file: PathLike, options: ReadOptions = {}): Tensor {
  const path = checkPath('the path', file);
  checkOptions('readNpy', options, readOptionKeys);
  return loaded(decodeNpy(fileBytes(path), path), options);
}

/**
 * Replaces the file with an uncompressed .npz of these arrays. The bytes depend on the tensors alone.
 *
 * @throws UsageError for a bf16 tensor, a name that is not a relative path, more than 4 GiB; FileError if it cannot be
 * written (the old file stays)
 */
export function writeNpz(file: PathLike, tensors: NamedTensors): void {
  const path = checkPath('the path', file);
  writeArrays(path, storedTensors(tensors));
}

/**
 * The arrays of a .npz file by name, compressed or not; types as in {@link readNpy}.
 *
 * @throws FileError if it is missing, damaged, or not numeric
 */
export async function readNpz(file: PathLike, options: ReadOptions = {}): Promise<Record<string, Tensor>> {
  const path = checkPath('the path', file);
  checkOptions('readNpz', options, readOptionKeys);
  return loadedByName(await readArrays(path), options);
}
