/** A file of torch.save, opened: its object as plain data whose tensors are read on demand. */
import { FileError } from '../../errors.ts';
import type { FoundTensor } from '../safetensors.ts';
import { materialise, type TorchStorage, TorchTensor } from './tensor.ts';

export interface TorchFile {
  readonly format: 'PyTorch' | 'PyTorch (legacy)';
  /** null, numbers, text, arrays, Maps, Sets, and {@link TorchTensor}s. */
  readonly content: unknown;
  /** The bytes of a whole storage, little-endian. */
  bytes(storage: TorchStorage): Promise<Uint8Array>;
  close(): void;
}

/** Under which names training scripts keep the state dictionary of the net; the first that has one counts. */
const wrappers = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'network', 'weights'];

const tensorsOf = (value: unknown): [string, TorchTensor][] =>
  value instanceof Map
    ? [...value].filter(
        (item): item is [string, TorchTensor] =>
          typeof item[0] === 'string' && item[1] instanceof TorchTensor,
      )
    : [];

/**
 * The tensors of the state dictionary in a file: of a whole checkpoint ({ state_dict, best_prec1, .. }) or of a bare one.
 *
 * @throws FileError if there is none
 */
export function stateDictOf(file: TorchFile, path: string): Map<string, FoundTensor> {
  const { content } = file;
  const dict: ReadonlyMap<unknown, unknown> = content instanceof Map ? content : new Map();
  const inside = wrappers.map((key) => tensorsOf(dict.get(key))).find((found) => found.length > 0);
  const tensors = inside ?? tensorsOf(dict);
  if (tensors.length === 0) {
    const keys = [...dict.keys()].slice(0, 5).map(String).join(', ');
    throw new FileError(
      `${path} has no state dictionary: ${keys ? `its keys are ${keys}` : 'it is no dictionary'}; tensors are expected at the top or under ${wrappers.slice(0, 4).join(', ')}, ..`,
    );
  }
  const bytesOf = lastStorage(file);
  return new Map(
    tensors.map(([name, tensor]) => [
      name,
      {
        dtype: tensor.dtype,
        shape: tensor.shape,
        read: async () => materialise(tensor, await bytesOf(tensor.storage)),
      },
    ]),
  );
}

/** Keeps the last storage that was read: tensors that share one mostly follow each other. */
function lastStorage(file: TorchFile): (storage: TorchStorage) => Promise<Uint8Array> {
  let last: { readonly key: string; readonly bytes: Uint8Array } | undefined;
  return async (storage) => {
    if (last?.key !== storage.key) last = { key: storage.key, bytes: await file.bytes(storage) };
    return last.bytes;
  };
}
