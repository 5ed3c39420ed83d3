/** Converts tensors to and from the bytes in files. */
import { type DType, tensor, type Tensor, fromBuffer } from '../tensor/index.ts';
import { numbersOf, type SafetensorsDType, type StoredTensor } from '../io/index.ts';

/** The type in which a file holds a tensor. */
export const storedTypes: Record<DType, SafetensorsDType> = {
  f32: 'F32',
  f64: 'F64',
  bf16: 'BF16',
  i64: 'I64',
  u8: 'U8',
  bool: 'BOOL',
};

/** The tensor type for a stored type: the same, or the narrowest that holds each of its values. */
const loadedTypes: Record<SafetensorsDType, DType> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f32',
  BF16: 'bf16',
  I64: 'i64',
  I32: 'i64',
  I16: 'i64',
  I8: 'i64',
  U8: 'u8',
  BOOL: 'bool',
};

/** A row-major copy. */
export function storedOf(tensor: Tensor): StoredTensor {
  const array = tensor.toTypedArray();
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { dtype: storedTypes[tensor.dtype], shape: [...tensor.shape], data };
}

const views = { f32: Float32Array, f64: Float64Array, bf16: Uint16Array, i64: BigInt64Array } as const;

/** A tensor with its own memory; the bytes may be unaligned. */
export function tensorOfStored(stored: StoredTensor): Tensor {
  const { dtype, shape, data } = stored;
  const to = loadedTypes[dtype];
  if (storedTypes[to] !== dtype) {
    const numbers = numbersOf(stored);
    return tensor(to === 'i64' ? BigInt64Array.from(numbers, BigInt) : Float32Array.from(numbers), shape);
  }
  const bytes = to === 'bool' ? Uint8Array.from(data, (x) => (x ? 1 : 0)) : new Uint8Array(data);
  if (to === 'u8' || to === 'bool') return fromBuffer(bytes, shape, to);
  return fromBuffer(new views[to](bytes.buffer), shape, to);
}
