/** Writes the files of torch.save (since 1.6), which `torch.load(file, weights_only=True)` reads. */
import { InternalError } from '../../errors.ts';
import { callOf, globalOf, opcodesOf, pickleOf, Raw } from '../pickle/write.ts';
import type { SafetensorsDType, StoredTensor } from '../safetensors.ts';
import { encodeZip } from '../zip-write.ts';

const types: Partial<Record<SafetensorsDType, string>> = {
  F32: 'FloatStorage',
  F64: 'DoubleStorage',
  I64: 'LongStorage',
};

/** A view of a storage. */
export interface TensorView {
  readonly key: string;
  readonly shape: readonly number[];
  readonly strides?: readonly number[];
  readonly offset?: number;
  readonly dtype?: SafetensorsDType;
  /** Number of elements in its storage. */
  readonly elements: number;
  readonly legacy?: boolean;
}

const rowMajor = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

/** The opcodes of a tensor. @throws InternalError for a type that is not written */
export function tensorOf(one: TensorView): Raw {
  const { key, shape, elements, offset = 0, dtype = 'F32', strides = rowMajor(shape) } = one;
  const storageType = types[dtype];
  if (storageType === undefined) throw new InternalError(`${dtype} is not written to files of PyTorch`);
  const type = globalOf('torch', storageType);
  const id = ['storage', type, key, 'cpu', elements, ...(one.legacy ? [null] : [])];
  const storage = new Raw(opcodesOf(id), 'Q');
  const hooks = callOf(globalOf('collections', 'OrderedDict'), []);
  return callOf(globalOf('torch._utils', '_rebuild_tensor_v2'), [
    storage,
    offset,
    shape,
    strides,
    false,
    hooks,
  ]);
}

/** Storages start at multiples of this number of bytes, so that they can be mapped. */
const alignment = 64;

/**
 * The file of a state dict as pieces.
 *
 * @throws UsageError for more than 4 GiB
 */
export function encodeStateDict(tensors: ReadonlyMap<string, StoredTensor>): Uint8Array[] {
  const numbered = [...tensors].map(([name, one], i) => ({ name, key: String(i), ...one }));
  const dict = new Map(
    numbered.map(({ name, key, shape, dtype }) => {
      const elements = shape.reduce((product, size) => product * size, 1);
      return [name, tensorOf({ key, shape, dtype, elements })];
    }),
  );
  return encodeZip(
    'PyTorch file',
    [
      ['net/data.pkl', [pickleOf(dict)]],
      ['net/byteorder', [Buffer.from('little')]],
      ...numbered.map(({ key, data }) => [`net/data/${key}`, [data]] as const),
      ['net/version', [Buffer.from('3\n')]],
    ],
    alignment,
  );
}
