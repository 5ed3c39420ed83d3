/** Files of weights of any kind that is read here: names, shapes and types at once, numbers on demand. */
import { FileError } from '../errors.ts';
import { type ByteSource, sourceOfFile } from './byte-source.ts';
import type { Damaged } from './pickle/cursor.ts';
import { stateDictOf, type TorchFile } from './pytorch/file.ts';
import { openLegacyFile } from './pytorch/legacy-file.ts';
import { openZipFile } from './pytorch/zip-file.ts';
import { type FoundTensor, readSafetensors } from './safetensors.ts';

export interface WeightFile {
  readonly format: TorchFile['format'] | 'safetensors';
  readonly tensors: ReadonlyMap<string, FoundTensor>;
  /** Text beside them; empty for files of PyTorch. */
  readonly metadata: Readonly<Record<string, string>>;
  close(): void;
}

type Kind = 'zip' | 'legacy' | 'safetensors';

/** By the first bytes: a name says little (.pth, .pt, .th, .tar, .bin and .ckpt are all in use). */
function kindOf(source: ByteSource): Kind | undefined {
  const head = Buffer.from(source.read(0, 9));
  if (head.subarray(0, 2).toString('latin1') === 'PK') return 'zip';
  if (head[0] === 0x80) return 'legacy';
  if (head[8] === 0x7b) return 'safetensors';
  return undefined;
}

/**
 * Opens a file of torch.save (zip or legacy) or of safetensors. Nothing in it is run. The caller closes it.
 *
 * @throws FileError if it is none of these, is damaged or half-written, or names code
 */
export async function openWeightFile(path: string): Promise<WeightFile> {
  const damaged: Damaged = (what, cause) =>
    new FileError(`${path} is damaged or half-written: ${what}; fetch or save it again`, cause);
  const source = sourceOfFile(path);
  const kind = kindOf(source);
  if (kind !== 'legacy') source.close();
  switch (kind) {
    case 'zip':
      return ofTorch(await openZipFile(path, damaged), path);
    case 'legacy':
      return ofTorch(
        closingOnError(source, () => openLegacyFile(path, source, damaged)),
        path,
      );
    case 'safetensors':
      return ofSafetensors(path);
    case undefined:
      throw new FileError(`${path} is no file of weights: neither of torch.save nor of safetensors`);
  }
}

function closingOnError<T>(source: { close(): void }, action: () => T): T {
  try {
    return action();
  } catch (error) {
    source.close();
    throw error;
  }
}

function ofTorch(file: TorchFile, path: string): WeightFile {
  return closingOnError(file, () => ({
    format: file.format,
    tensors: stateDictOf(file, path),
    metadata: {},
    close: () => {
      file.close();
    },
  }));
}

function ofSafetensors(path: string): WeightFile {
  const { tensors, metadata } = readSafetensors(path);
  return {
    format: 'safetensors',
    metadata,
    tensors: new Map(
      [...tensors].map(([name, stored]) => [
        name,
        { dtype: stored.dtype, shape: stored.shape, read: () => Promise.resolve(stored) },
      ]),
    ),
    close: () => undefined,
  };
}
