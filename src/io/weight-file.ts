/** Weight files of every supported kind: names, shapes and types at once, numbers on demand. */
import { FileError } from '../errors.ts';
import { type ByteSource, sourceOfFile } from './byte-source.ts';
import { headOf, isPickle, isSafetensors, isZip, kindOfBytes } from './file-kind.ts';
import type { Damaged } from './pickle/cursor.ts';
import { stateDictOf, type TorchFile } from './pytorch/file.ts';
import { openLegacyFile } from './pytorch/legacy-file.ts';
import { openZipFile } from './pytorch/zip-file.ts';
import { findSafetensors } from './safetensors.ts';
import type { WeightFile } from './found-weights.ts';
import { openShards, shardsOf } from './weight-shards.ts';

export interface WeightFileOptions {
  /** Which dict of a checkpoint that has several, or which name prefix; absent: detected. */
  readonly stateDict?: string | undefined;
}

const neededWeights = 'a weight file (safetensors, or a PyTorch state dict)';
const saveThem = 'save the weights with safetensors or torch.save(model.state_dict(), FILE)';

/**
 * Opens a torch.save file (zip or legacy), a safetensors file, or the index of a sharded one. No code in it runs. The
 * caller closes it.
 *
 * @throws FileError if it is none of these, is damaged or half-written, or names code
 */
export async function openWeightFile(path: string, options: WeightFileOptions = {}): Promise<WeightFile> {
  const source = sourceOfFile(path);
  try {
    const head = headOf(source);
    // Safetensors first: its structure is the strictest, and its length may begin with any byte.
    if (isSafetensors(head)) return chosen(ofSafetensors(path, source), path, options);
    if (isZip(head)) {
      const file = await openZipFile(path, damagedFile(path));
      source.close();
      return ofTorch(file, path, options);
    }
    if (isPickle(head)) return ofTorch(openLegacyFile(path, source, damagedFile(path)), path, options);
    const shards = shardsOf(source, path, head);
    if (shards) {
      source.close();
      return chosen(await openShards(shards, path, openWeightFile), path, options);
    }
    throw noWeights(path, head);
  } catch (error) {
    source.close();
    throw error;
  }
}

const damagedFile =
  (path: string): Damaged =>
  (what, cause) =>
    new FileError(`${path} is damaged or half-written: ${what}; fetch or save it again`, cause);

function noWeights(path: string, head: Uint8Array): FileError {
  const { what = 'of an unknown format', mend = saveThem } = kindOfBytes(head) ?? {};
  return new FileError(`${path} is ${what}; expected ${neededWeights}; ${mend}`);
}

function ofTorch(file: TorchFile, path: string, { stateDict }: WeightFileOptions): WeightFile {
  try {
    const whole = stateDict !== undefined && hasPart(file, path, stateDict);
    const found = stateDictOf(file, path, whole ? undefined : stateDict);
    const opened: WeightFile = {
      format: file.format,
      tensors: found.tensors,
      metadata: {},
      stateDict: found.path,
      averages: found.averages,
      close: () => {
        file.close();
      },
    };
    return whole ? chosen(opened, path, { stateDict }) : opened;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Whether the key is not a checkpoint key, but a name prefix in its state dict. */
function hasPart(file: TorchFile, path: string, key: string): boolean {
  try {
    stateDictOf(file, path, key);
    return false;
  } catch {
    return [...stateDictOf(file, path).tensors.keys()].some((name) => name.startsWith(`${key}.`));
  }
}

function ofSafetensors(path: string, source: ByteSource): WeightFile {
  return {
    format: 'safetensors',
    ...findSafetensors(source, path),
    stateDict: '',
    averages: [],
    close: () => {
      source.close();
    },
  };
}

/** The tensors whose names begin with the key, without that prefix. @throws FileError if there are none */
function chosen(file: WeightFile, path: string, { stateDict: key }: WeightFileOptions): WeightFile {
  if (key === undefined) return file;
  const tensors = new Map(
    [...file.tensors].flatMap(([name, tensor]) =>
      name.startsWith(`${key}.`) ? [[name.slice(key.length + 1), tensor] as const] : [],
    ),
  );
  if (tensors.size === 0) {
    file.close();
    throw new FileError(
      `${path} has no state dictionary ${JSON.stringify(key)}: no name in it begins with ${key}. (--state-dict)`,
    );
  }
  return { ...file, tensors, stateDict: [file.stateDict, key].filter(Boolean).join('.') };
}
