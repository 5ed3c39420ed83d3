/** Tensors as safetensors files, the format of published weights. */
import { checkOptions, show, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import {
  checkPath,
  encodeSafetensors,
  type PathLike,
  readSafetensors as readFile,
  writeFileAtomic,
} from '../io/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { loadedByName, type NamedTensors, type ReadOptions, readOptionKeys, storedTensors } from './named.ts';

export interface SafetensorsOptions {
  /** Metadata stored with the tensors. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Replaces the file. Tensors of every type keep their bits.
 *
 * @throws UsageError for metadata that is not text; FileError if it cannot be written (the old file stays)
 */
export function writeSafetensors(
  file: PathLike,
  tensors: NamedTensors,
  options: SafetensorsOptions = {},
): void {
  const path = checkPath('the path', file);
  checkOptions('writeSafetensors', options, { metadata: true });
  const { metadata = {} } = options;
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== 'string') throw unexpected('a string', `metadata ${show(key)}`, value);
  const stored = storedTensors(tensors);
  if (stored.has('__metadata__'))
    throw new UsageError('a tensor cannot have the name __metadata__ in a safetensors file');
  writeFileAtomic(path, encodeSafetensors(stored, metadata));
}

/**
 * The tensors of the file by name. F16 becomes f32; I8, I16 and I32 become i64.
 *
 * @throws FileError if it is missing, damaged, or of another kind
 */
export function readSafetensors(file: PathLike, options: ReadOptions = {}): Record<string, Tensor> {
  const path = checkPath('the path', file);
  checkOptions('readSafetensors', options, readOptionKeys);
  return loadedByName(readFile(path).tensors, options);
}

/** The metadata of the file. @throws FileError if it is missing, damaged, or of another kind */
export function readSafetensorsMetadata(file: PathLike): Readonly<Record<string, string>> {
  const path = checkPath('the path', file);
  return readFile(path).metadata;
}
