/** The meaning of PyTorch's names in its files, in addition to those of Python and NumPy (../pickle/globals.ts). */
import { show } from '../../check.ts';
import type { Damaged } from '../pickle/cursor.ts';
import { hostOf, type Make, Maker, Opaque } from '../pickle/globals.ts';
import type { PickleHost } from '../pickle/unpickle.ts';
import { elementBytes, type ElementType } from '../element-types.ts';
import { isCount, makeTensor, PartialTensor, TorchStorage } from './tensor.ts';

/** A storage type, named by a persistent id. */
class StorageType {
  readonly dtype: ElementType | undefined;

  constructor(dtype?: ElementType) {
    this.dtype = dtype;
  }
}

/** torch.float32 and the like as a value. */
class TorchDType {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The bits of lazy views. Complex numbers, the only ones that can be conjugated, are not read. */
const isNegated = (bits: unknown): boolean => bits instanceof Map && bits.get('neg') === true;
/** (storage, offset, shape, strides, requires_grad, hooks, bits). */
const rebuildTensor: Make = ([storage, offset, shape, strides, , , bits], damaged) => {
  // Bytes in the pickle itself, as written by Python's pickle.dump.
  if (storage instanceof Opaque) return storage;
  if (!(storage instanceof TorchStorage)) throw damaged('a tensor has no storage');
  return makeTensor(storage, offset, shape, strides, damaged, isNegated(bits));
};
/** (layout, (indices, .., values, shape, ..)). */
const rebuildSparse: Make = ([, parts]) =>
  new PartialTensor('SPARSE', Array.isArray(parts) ? parts.findLast((part) => Array.isArray(part)) : []);
/** For types without a storage: (bytes, offset, shape, strides, requires_grad, hooks, dtype, bits). */
const rebuildTyped: Make = ([storage, offset, shape, strides, , , type, bits], damaged) => {
  if (!(storage instanceof TorchStorage) || !(type instanceof TorchDType))
    throw damaged('a tensor has no storage and type');
  const dtype = dtypes[type.name];
  if (dtype === undefined) return new Opaque(`torch.${type.name}`);
  return makeTensor(storage.as(dtype), offset, shape, strides, damaged, isNegated(bits));
};
const first: Make = ([value]) => value;
/** (function, class, arguments, state) of a tensor with attributes. */
const rebuildFromType: Maker = new Maker(([callable, , args], damaged) =>
  callable instanceof Maker && callable !== rebuildFromType && Array.isArray(args)
    ? callable.make(args as unknown[], damaged)
    : new Opaque('torch.Tensor'),
);

const storageTypes: Readonly<Record<string, ElementType>> = {
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
  ComplexDoubleStorage: 'C128',
  ComplexFloatStorage: 'C64',
  QInt8Storage: 'QI8',
  QUInt8Storage: 'QU8',
  QInt32Storage: 'QI32',
  QUInt4x2Storage: 'QU4X2',
  QUInt2x4Storage: 'QU2X4',
};
/** For dtypes stored as byte tensors. */
const dtypes: Readonly<Record<string, ElementType>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  complex32: 'C32',
  complex64: 'C64',
  complex128: 'C128',
  float8_e4m3fn: 'F8_E4M3',
  float8_e5m2: 'F8_E5M2',
  float8_e4m3fnuz: 'F8_E4M3FNUZ',
  float8_e5m2fnuz: 'F8_E5M2FNUZ',
  float8_e8m0fnu: 'F8_E8M0',
};
const dtypeName =
  /^(bool|half|float|double|short|int|long|c?half|c?float|cdouble|bfloat16|(u?int|q?u?int|complex|float|bits)\d\w*)$/;
/** Layouts, memory formats and quantization schemes. */
const otherValue =
  /^torch\.(strided|sparse_\w+|jagged|_mkldnn|contiguous_format|channels_last(_3d)?|preserve_format|per_(tensor|channel)_\w+)$/;
/** Functions whose results are skipped. */
const otherFunction =
  /^torch\.(_utils\._rebuild_\w+|storage\._load_from_bytes|serialization\._get_layout|_C\._\w+|_tensor\._rebuild_\w+)$/;

const known: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['torch.storage.UntypedStorage', new StorageType('U8')],
  ['torch.storage._UntypedStorage', new StorageType('U8')],
  ['torch.storage.TypedStorage', new StorageType()],
  ['torch._utils._rebuild_tensor', new Maker(rebuildTensor)],
  ['torch._utils._rebuild_tensor_v2', new Maker(rebuildTensor)],
  ['torch._utils._rebuild_tensor_v3', new Maker(rebuildTyped)],
  // The seventh argument is another tensor.
  ['torch._utils._rebuild_qtensor', new Maker((args, damaged) => rebuildTensor(args.slice(0, 4), damaged))],
  ['torch._utils._rebuild_sparse_tensor', new Maker(rebuildSparse)],
  ['torch._utils._rebuild_sparse_csr_tensor', new Maker(rebuildSparse)],
  [
    'torch._utils._rebuild_meta_tensor_no_storage',
    new Maker(([, shape]) => new PartialTensor('META', shape)),
  ],
  ['torch._utils._rebuild_parameter', new Maker(first)],
  ['torch._utils._rebuild_parameter_with_state', new Maker(first)],
  ['torch._utils._rebuild_device_tensor_from_numpy', new Maker(first)],
  ['torch._utils._rebuild_device_tensor_from_cpu_tensor', new Maker(first)],
  ['torch._tensor._rebuild_from_type', rebuildFromType],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch.Size', new Maker(first)],
  ['torch.device', new Maker(() => new Opaque('torch.device'))],
]);

function meaningOf(full: string): unknown {
  const found = known.get(full);
  if (found !== undefined || !full.startsWith('torch.')) return found;
  const name = full.slice('torch.'.length);
  const storage = /^(?:cuda\.)?(\w+Storage)$/.exec(name)?.[1];
  if (storage !== undefined && Object.hasOwn(storageTypes, storage))
    return new StorageType(storageTypes[storage]);
  if (dtypeName.test(name)) return new TorchDType(name);
  return otherValue.test(full) || otherFunction.test(full) ? new Opaque(full) : undefined;
}

/**
 * The host for both formats of torch.save.
 *
 * @param note - called for each reference to a storage
 */
export function torchHost(file: string, damaged: Damaged, note: (storage: TorchStorage) => void): PickleHost {
  return hostOf({
    ...{ file, damaged, meaningOf },
    content: 'weights',
    advice: 'save the weights alone (torch.save(model.state_dict(), FILE))',
    persistent(id) {
      const storage = storageOf(id, damaged);
      if (storage instanceof TorchStorage) note(storage);
      return storage;
    },
  });
}

/** ('storage', type, key, location, elements); in the legacy format also a view or None: (key, start, elements). */
function storageOf(id: unknown, damaged: Damaged): TorchStorage | Opaque {
  if (!Array.isArray(id)) throw damaged('a storage has no description');
  const [kind, type, key, , elements, view] = id as unknown[];
  // ('module', class, source file, source): a whole module, saved with its code.
  if (kind === 'module' && type instanceof Opaque) return type;
  if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(elements))
    throw damaged('a storage has no type, key and length');
  if (type.dtype === undefined) throw damaged(`storage ${show(key)} does not say what it holds`);
  if (elements * elementBytes(type.dtype) > Number.MAX_SAFE_INTEGER)
    throw damaged(`storage ${show(key)} would have ${elements} elements`);
  if (view === undefined || view === null) return new TorchStorage(key, type.dtype, elements);
  const [, start, length] = Array.isArray(view) ? (view as unknown[]) : [];
  if (!isCount(start) || !isCount(length) || start + length > elements)
    throw damaged(`a view of storage ${show(key)} is not within it`);
  return new TorchStorage(key, type.dtype, elements, start, length);
}
