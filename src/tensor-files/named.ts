/** Named tensors: an object or a map. */
import { checkOneOf, isMap, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { StoredTensor } from '../io/index.ts';
import { type CreateOptions, dtypes, type DType, Tensor, to } from '../tensor/index.ts';
import { storedOf, tensorOfStored } from './stored-tensor.ts';

export type NamedTensors = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

/** @throws UsageError naming any value that is not a tensor */
export function storedTensors(tensors: NamedTensors): Map<string, StoredTensor> {
  if (tensors instanceof Tensor || typeof tensors !== 'object' || (tensors as unknown) === null)
    throw unexpected('tensors by name, such as { x }', 'the tensors to save', tensors);
  const entries = isMap(tensors) ? [...tensors] : Object.entries(tensors);
  return new Map(
    entries.map(([name, tensor]: [unknown, unknown]) => {
      if (typeof name !== 'string') throw unexpected('a string', 'the name of a tensor', name);
      return [name, storedOf(checkTensor(tensor, name))];
    }),
  );
}

/** @throws UsageError for a value that is not a tensor, or is disposed */
export function checkTensor(value: unknown, name: string): Tensor {
  if (!(value instanceof Tensor)) throw unexpected('a tensor', name, value);
  if (value.disposed) throw new UsageError(`the tensor ${name} was disposed before it was saved`);
  return value;
}

export interface ReadOptions {
  /** Convert to this type; default: the type of the file. */
  readonly dtype?: DType | undefined;
  /** Default: `cpu`. */
  readonly device?: string | undefined;
}
export const readOptionKeys = { dtype: true, device: true } as const;

/** Moves and converts a tensor as the caller asks. */
export function loaded(stored: StoredTensor, { dtype, device }: ReadOptions): Tensor {
  if (dtype !== undefined) checkOneOf('dtype', dtype, dtypes);
  const made = tensorOfStored(stored);
  const options: CreateOptions = { ...(dtype && { dtype }), ...(device !== undefined && { device }) };
  if ((dtype ?? made.dtype) === made.dtype && (device ?? made.device) === made.device) return made;
  const moved = to(made, options);
  made.dispose();
  return moved;
}

/** Properties keep the order of the file. */
export function loadedByName(
  stored: ReadonlyMap<string, StoredTensor>,
  options: ReadOptions,
): Record<string, Tensor> {
  return Object.fromEntries([...stored].map(([name, one]) => [name, loaded(one, options)]));
}
