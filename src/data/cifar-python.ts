/** The Python version of CIFAR: pickled dicts with an array `data` [N, 3072] and a list of labels. */
import { DataError, FileError } from '../errors.ts';
import { isFloat, numbersOf, NumpyArray, readPlainPickle } from '../io/index.ts';
import type { CifarBatch } from './cifar-batch.ts';
import { cifarBytes, type CifarLayout, type CifarName } from './cifar-layouts.ts';

const labelKeys: Readonly<Record<CifarName, string>> = { cifar10: 'labels', cifar100: 'fine_labels' };

/** Keys are text, or bytes if Python 3 pickled them again. */
function dictionaryOf(bytes: Uint8Array, where: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = readPlainPickle(bytes, where);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new DataError(error.message, error);
  }
  if (!(value instanceof Map)) throw new DataError(`${where} is not a dictionary, as the files of CIFAR are`);
  return new Map(
    [...(value as Map<unknown, unknown>)].map(([key, item]) => [
      key instanceof Uint8Array ? Buffer.from(key).toString('latin1') : String(key),
      item,
    ]),
  );
}

/** A list, or a NumPy array as some tools write it; undefined for anything else. */
function wholeNumbers(value: unknown): ArrayLike<number> | undefined {
  if (Array.isArray(value)) return value.map(Number);
  if (!(value instanceof NumpyArray) || value.shape.length !== 1) return undefined;
  const { stored } = value;
  return stored && !isFloat(stored.dtype) ? numbersOf(stored) : undefined;
}

/** @throws DataError if the array or the labels are missing, or do not match */
export function pythonBatch({ name }: CifarLayout, bytes: Uint8Array, where: string): CifarBatch {
  const dictionary = dictionaryOf(bytes, where);
  const data = dictionary.get('data');
  const labels = wholeNumbers(dictionary.get(labelKeys[name]));
  if (!(data instanceof NumpyArray) || !labels)
    throw new DataError(
      `${where} has the keys ${[...dictionary.keys()].slice(0, 8).join(', ')}; expected data and ${labelKeys[name]}: is it ${name}?`,
    );
  const { shape } = data;
  const type = data.type?.name ?? 'no numbers';
  const [count = 0, width] = shape;
  if (type !== 'u1' || shape.length !== 2 || width !== cifarBytes || data.data.length !== count * cifarBytes)
    throw new DataError(
      `${where}: data is [${shape.join(', ')}] of ${type}, ${data.data.length} bytes; expected [N, ${cifarBytes}] of u1`,
    );
  if (labels.length !== count)
    throw new DataError(`${where} has ${count} images and ${labels.length} labels; download it again`);
  return { bytes: data.data, first: 0, stride: cifarBytes, labels: Int32Array.from(labels) };
}

/** The class names in `batches.meta` or `meta`. */
export function pythonClasses(bytes: Uint8Array, where: string): string[] {
  const dictionary = dictionaryOf(bytes, where);
  const names = dictionary.get('label_names') ?? dictionary.get('fine_label_names');
  return Array.isArray(names)
    ? names.map((name) => (name instanceof Uint8Array ? Buffer.from(name).toString('utf8') : String(name)))
    : [];
}
