/** Opens a torch.save file: its object as plain data whose tensors are read on demand. */
import { fewOf } from '../../check.ts';
import { FileError } from '../../errors.ts';
import { isRead } from '../element-types.ts';
import { Opaque } from '../pickle/globals.ts';
import { NumpyArray } from '../pickle/numpy.ts';
import { type FoundTensor, unreadType } from '../safetensors.ts';
import { materialise, PartialTensor, type TorchStorage, TorchTensor } from './tensor.ts';

export interface TorchFile {
  readonly format: 'PyTorch' | 'PyTorch (legacy)';
  /** null, numbers, text, arrays, Maps, Sets, {@link Opaque} objects, and {@link TorchTensor}s. */
  readonly content: unknown;
  /** The bytes of a whole storage, little-endian. */
  bytes(storage: TorchStorage): Promise<Uint8Array>;
  close(): void;
}

type StateTensor = TorchTensor | PartialTensor | NumpyArray;

/** A dict of tensors in a checkpoint. */
interface StateDict {
  /** The keys that lead to it, such as `model.state_dict`; empty for the whole file. */
  readonly path: string;
  readonly tensors: readonly (readonly [string, StateTensor])[];
}

/** The names under which training scripts store the state dict of the net; the first match wins. */
const wrappers = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'net',
  'network',
  'module',
  'weights',
  'params',
];
/** Entries beside the net: averaged weights, and training state. */
const aside =
  /(^|[._-])(ema|swa|averaged?|teacher|optim\w*|(lr_?)?sched\w*|(grad_?)?scaler|amp|callbacks|loops)([._-]|$)/i;
const averages = /(^|[._-])(ema|swa|averaged?|teacher)([._-]|$)/i;
const deepest = 6;
/** Longer lists are data, not parts of a checkpoint. */
const longestList = 64;

const entriesOf = (value: unknown): Iterable<[unknown, unknown]> => {
  if (value instanceof Map) return value as Map<unknown, unknown>;
  if (value instanceof Opaque) return value.entries;
  return Array.isArray(value) && value.length <= longestList ? value.entries() : [];
};

/** Every dict of tensors in the file, outermost first. */
function stateDictsIn(content: unknown): StateDict[] {
  const found: StateDict[] = [];
  const seen = new Set<unknown>([content]);
  let level: { readonly path: string; readonly value: unknown }[] = [{ path: '', value: content }];
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { path, value } of level) {
      const tensors: [string, StateTensor][] = [];
      for (const [key, item] of entriesOf(value)) {
        if (typeof key === 'string' && isTensor(item)) tensors.push([key, item]);
        else if (typeof item === 'object' && item !== null && !seen.has(item)) {
          seen.add(item);
          if (typeof key === 'string' || typeof key === 'number')
            next.push({ path: path === '' ? String(key) : `${path}.${key}`, value: item });
        }
      }
      if (tensors.length > 0) found.push({ path, tensors });
    }
    level = next;
  }
  return found;
}

const isTensor = (value: unknown): value is StateTensor =>
  value instanceof TorchTensor ||
  value instanceof PartialTensor ||
  (value instanceof NumpyArray && value.dtype !== undefined);

const lastKey = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const isDotted = ({ tensors }: StateDict): boolean => tensors.some(([name]) => name.includes('.'));

interface FoundStateDict {
  readonly tensors: ReadonlyMap<string, FoundTensor>;
  /** The keys that lead to it; empty for the whole file. */
  readonly path: string;
  /** Averaged weights of the same net in the file. */
  readonly averages: readonly string[];
}

/**
 * The tensors of a state dict in a file: a checkpoint ({ state_dict, best_prec1, .. }) or a bare one.
 *
 * @param key - the keys that lead to it, or the last of them; absent: detected, averaged weights only if there is
 * nothing else
 * @throws FileError if there is none, or several equally plausible ones
 */
export function stateDictOf(file: TorchFile, path: string, key?: string): FoundStateDict {
  const all = stateDictsIn(file.content);
  const chosen = key === undefined ? defaultDict(all, path) : named(all, key);
  if (!chosen) throw noStateDict(file.content, all, path, key);
  const bytesOf = lastStorage(file);
  const found = ([name, tensor]: StateDict['tensors'][number]): [string, FoundTensor] => {
    const { shape } = tensor;
    const dtype = tensor.dtype!;
    const read = async (): ReturnType<FoundTensor['read']> => {
      if (tensor instanceof NumpyArray) return tensor.stored!;
      if (tensor instanceof PartialTensor || !isRead(dtype)) throw unreadType(path, name, dtype);
      return materialise(tensor, await bytesOf(tensor.storage));
    };
    return [name, { dtype, shape, read }];
  };
  return {
    tensors: new Map(chosen.tensors.map(found)),
    path: chosen.path,
    averages: all
      .filter((one) => one !== chosen && averages.test(one.path) && isDotted(one))
      .map((one) => one.path),
  };
}

const named = (all: readonly StateDict[], key: string): StateDict | undefined =>
  all.find(({ path }) => path === key) ?? all.find(({ path }) => lastKey(path) === key);

function defaultDict(all: readonly StateDict[], file: string): StateDict | undefined {
  const main = all.filter(({ path }) => !aside.test(path));
  const pool = main.length > 0 ? main : all;
  for (const wrapper of wrappers) {
    const found = pool.find(({ path }) => lastKey(path) === wrapper);
    if (found) return found;
  }
  // Names without dots are single numbers beside the weights, unless there are no other names.
  const dotted = pool.filter(isDotted);
  const [first, ...others] = dotted.length > 0 ? dotted : pool;
  if (first === undefined || first.path === '' || others.length === 0) return first;
  const paths = [first, ...others].map(({ path }) => path);
  throw new FileError(
    `${file} has ${paths.length} state dictionaries (${fewOf(paths)}): choose one with --state-dict`,
  );
}

const keyText = (key: unknown): string =>
  key instanceof Uint8Array ? `bytes ${JSON.stringify(Buffer.from(key).toString('latin1'))}` : String(key);

function noStateDict(
  content: unknown,
  all: readonly StateDict[],
  path: string,
  key: string | undefined,
): FileError {
  if (key !== undefined && all.length > 0)
    return new FileError(
      `${path} has no state dictionary ${JSON.stringify(key)}: it has ${fewOf(all.map((one) => (one.path === '' ? 'one at the top' : one.path)))}`,
    );
  const entries = [...entriesOf(content)];
  const object = [content, ...entries.map(([, value]) => value)].find((value) => value instanceof Opaque);
  const keys = Array.isArray(content) ? '' : fewOf(entries.map(([name]) => keyText(name).slice(0, 60)));
  const what = object
    ? `it holds an object of ${JSON.stringify(object.name)}, whose class is code and is not loaded; save model.state_dict() instead`
    : `${keys ? `its keys are ${keys}` : content instanceof Map ? 'its dictionary is empty' : 'it is not a dictionary'}; tensors are expected at the top or under ${wrappers.slice(0, 4).join(', ')}, ..`;
  return new FileError(`${path} has no state dictionary: ${what}`);
}

/** Caches the last storage: tensors that share one are usually adjacent. */
function lastStorage(file: TorchFile): (storage: TorchStorage) => Promise<Uint8Array> {
  let last: { readonly key: string; readonly bytes: Uint8Array } | undefined;
  return async (storage) => {
    if (last?.key !== storage.key) last = { key: storage.key, bytes: await file.bytes(storage) };
    return last.bytes;
  };
}
