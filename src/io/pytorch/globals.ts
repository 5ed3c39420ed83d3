/**
 * The names that a file of weights may hold, and what each means: the whole list. A name is looked up here and nowhere else, so
 * that reading a file can build tensors, numbers, text and their collections, and nothing besides.
 */
import { FileError } from '../../errors.ts';
import type { Damaged } from '../pickle/cursor.ts';
import type { PickleHost } from '../pickle/unpickle.ts';
import type { SafetensorsDType } from '../safetensors.ts';
import { numpyScalar, NumpyType } from './numpy.ts';
import { isCount, makeTensor, TorchStorage } from './tensor.ts';

/** A storage type: what a persistent id names. */
class StorageType {
  readonly dtype: SafetensorsDType | undefined;

  constructor(dtype?: SafetensorsDType) {
    this.dtype = dtype;
  }
}

type Make = (args: readonly unknown[], damaged: Damaged) => unknown;

/** A name that may be called. */
class Maker {
  readonly make: Make;

  constructor(make: Make) {
    this.make = make;
  }
}

/** A value of Python that weights do not need: a type, a device. */
const opaque = Object.freeze({ opaque: true });

const rebuildTensor: Make = ([storage, offset, shape, strides], damaged) => {
  if (!(storage instanceof TorchStorage)) throw damaged('a tensor has no storage');
  return makeTensor(storage, offset, shape, strides, damaged);
};
const first: Make = ([value]) => value;
const dict: Make = ([items], damaged) => {
  if (items === undefined || items instanceof Map) return new Map(items ?? []);
  if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2))
    throw damaged('a dict is made of what are no pairs');
  return new Map(items as [unknown, unknown][]);
};
const set: Make = ([items]) => new Set(Array.isArray(items) ? items : []);

const storageTypes: Readonly<Record<string, SafetensorsDType>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};
const numpyScalarMaker = new Maker(numpyScalar);

const allowed: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...Object.entries(storageTypes).map(([name, dtype]): [string, unknown] => [
    `torch.${name}`,
    new StorageType(dtype),
  ]),
  ['torch.storage.UntypedStorage', new StorageType('U8')],
  ['torch.storage.TypedStorage', new StorageType()],
  ['torch._utils._rebuild_tensor', new Maker(rebuildTensor)],
  ['torch._utils._rebuild_tensor_v2', new Maker(rebuildTensor)],
  ['torch._utils._rebuild_parameter', new Maker(first)],
  ['torch._utils._rebuild_parameter_with_state', new Maker(first)],
  ['torch.Size', new Maker(first)],
  ['torch.device', new Maker(() => opaque)],
  ...['float16', 'float32', 'float64', 'bfloat16', 'int64'].map((name): [string, unknown] => [
    `torch.${name}`,
    opaque,
  ]),
  ['collections.OrderedDict', new Maker(dict)],
  ['collections.Counter', new Maker(dict)],
  // The options that a training script was given.
  ['argparse.Namespace', new Maker(() => new Map())],
  ...['builtins', '__builtin__'].flatMap((module): [string, unknown][] => [
    [`${module}.set`, new Maker(set)],
    [`${module}.frozenset`, new Maker(set)],
  ]),
  ['numpy.dtype', new Maker(([name]) => new NumpyType(String(name)))],
  ['numpy.core.multiarray.scalar', numpyScalarMaker],
  ['numpy._core.multiarray.scalar', numpyScalarMaker],
  [
    '_codecs.encode',
    new Maker(([text, encoding], damaged) => {
      if (typeof text !== 'string' || encoding !== 'latin1') throw damaged('bytes are not text of latin1');
      return Uint8Array.from(Buffer.from(text, 'latin1'));
    }),
  ],
]);

/**
 * The host of the two formats of torch.save.
 *
 * @param note - told of every storage each time that it is named
 */
export function torchHost(file: string, damaged: Damaged, note: (storage: TorchStorage) => void): PickleHost {
  return {
    global(module, name) {
      const full = `${module}.${name}`;
      const meaning = allowed.get(full);
      if (meaning !== undefined) return meaning;
      if (module === 'torch' && name.endsWith('Storage'))
        throw new FileError(`${file}: numbers of ${full} are not read; convert them to floats in PyTorch`);
      throw new FileError(
        `${file} names ${JSON.stringify(full)}, which is no part of weights: loading it in Python would run that code, here nothing runs and the file is refused; save the weights alone (torch.save(model.state_dict(), FILE))`,
      );
    },
    call(callable, args) {
      if (!(callable instanceof Maker)) throw damaged('something is called that cannot be');
      return callable.make(args, damaged);
    },
    build(target, state) {
      if (target instanceof NumpyType) target.setState(state);
      // Of an options object, its fields; of an ordered dict, attributes such as the versions of modules.
      else if (target instanceof Map) return;
      else throw damaged('a state is set on what has none');
    },
    persistent(id) {
      const storage = storageOf(id, damaged);
      note(storage);
      return storage;
    },
  };
}

/** ('storage', type, key, location, elements), and in the legacy format a view or None: (key, start, elements). */
function storageOf(id: unknown, damaged: Damaged): TorchStorage {
  if (!Array.isArray(id)) throw damaged('a storage has no description');
  const [kind, type, key, , elements, view] = id as unknown[];
  if (kind === 'module')
    throw damaged('it holds a whole module with its source code; save model.state_dict() instead');
  if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(elements))
    throw damaged('a storage has no type, key and length');
  if (type.dtype === undefined) throw damaged(`storage ${JSON.stringify(key)} does not say what it holds`);
  if (view === undefined || view === null) return new TorchStorage(key, type.dtype, elements);
  const [, start, length] = Array.isArray(view) ? (view as unknown[]) : [];
  if (!isCount(start) || !isCount(length) || start + length > elements)
    throw damaged(`a view of storage ${JSON.stringify(key)} is not within it`);
  return new TorchStorage(key, type.dtype, elements, start, length);
}
