/** Saves and loads named tensors; the format is detected from the file extension. */
import { checkOptions } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { Tensor } from '../tensor/index.ts';
import { type NamedTensors, type ReadOptions, readOptionKeys } from './named.ts';
import { readNpz, writeNpz } from './numpy.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { checkPath, type PathLike } from '../io/index.ts';

type Extension = 'npz' | 'safetensors';

function extensionOf(path: string, call: string): Extension {
  const extension = /\.(npz|safetensors)$/i.exec(path)?.[1]?.toLowerCase();
  if (extension === undefined)
    throw new UsageError(`${call}: expected a path that ends in .safetensors or .npz, got ${path}`);
  return extension as Extension;
}

/**
 * Replaces the file: .safetensors (every type) or NumPy's .npz (every type except bf16).
 *
 * @throws UsageError for another extension, and for data that the format does not hold; FileError if it cannot be
 * written (the old file stays)
 * @example
 * saveTensors('run.safetensors', { theta: measure.theta, weight: measure.weight });
 * const { theta, weight } = await loadTensors('run.safetensors');
 */
export function saveTensors(file: PathLike, tensors: NamedTensors): void {
  const path = checkPath('the path', file);
  if (extensionOf(path, 'saveTensors') === 'npz') writeNpz(path, tensors);
  else writeSafetensors(path, tensors);
}

/**
 * The tensors of a .safetensors or .npz file by name. They belong to no scope: dispose them, or leave them to the
 * garbage collector.
 *
 * @throws UsageError for another extension; FileError if it is missing, damaged, or of another kind
 */
export async function loadTensors(
  file: PathLike,
  options: ReadOptions = {},
): Promise<Record<string, Tensor>> {
  const path = checkPath('the path', file);
  checkOptions('loadTensors', options, readOptionKeys);
  return extensionOf(path, 'loadTensors') === 'npz'
    ? await readNpz(path, options)
    : readSafetensors(path, options);
}
