/** Element types: our names, libtorch's codes, and the typed arrays that hold them. */
import { checkOneOf, typedArrayName, unexpected } from '../check.ts';
import { InternalError, UsageError } from '../errors.ts';

export const dtypes = ['f32', 'f64', 'bf16', 'i64', 'u8', 'bool'] as const;
export type DType = (typeof dtypes)[number];

/** The default dtype, as in PyTorch: of `tensor`, `zeros`, `Generator`, initial distributions of particles. */
export const defaultDtype = 'f32' satisfies DType;

interface FloatInfo {
  /** Unit roundoff: half the spacing of numbers at 1. */
  readonly unitRoundoff: number;
  /** The smallest positive normal number. */
  readonly tiny: number;
}

const floats: Partial<Record<DType, FloatInfo>> = {
  f64: { unitRoundoff: 2 ** -53, tiny: 2 ** -1022 },
  f32: { unitRoundoff: 2 ** -24, tiny: 2 ** -126 },
  bf16: { unitRoundoff: 2 ** -8, tiny: 2 ** -126 },
};

export const realDtypes = Object.keys(floats) as readonly DType[];
export const isReal = (dtype: DType): boolean => Object.hasOwn(floats, dtype);

/** The precision of a floating-point dtype. @throws UsageError for integers */
export function finfo(dtype: DType): FloatInfo {
  const found = floats[dtype];
  if (!found) throw new UsageError(`expected a tensor of real numbers (f32, f64 or bf16), got ${dtype}`);
  return found;
}

/** Typed arrays that tensors are read into; bf16 is stored as its 16 bits. */
export type NumericArray = Float32Array | Float64Array | Uint16Array | BigInt64Array | Uint8Array;

/** Typed arrays that tensors are created from: integers without a dtype of their own become i64. */
export type SourceArray =
  NumericArray | Uint8ClampedArray | Int8Array | Int16Array | Int32Array | Uint32Array | BigUint64Array;

interface DTypeFacts {
  /** c10::ScalarType */
  readonly code: number;
  readonly bytes: number;
  readonly array: new (length: number) => NumericArray;
}

const facts: Record<DType, DTypeFacts> = {
  f32: { code: 6, bytes: 4, array: Float32Array },
  f64: { code: 7, bytes: 8, array: Float64Array },
  bf16: { code: 15, bytes: 2, array: Uint16Array },
  i64: { code: 4, bytes: 8, array: BigInt64Array },
  u8: { code: 0, bytes: 1, array: Uint8Array },
  bool: { code: 11, bytes: 1, array: Uint8Array },
};

function factsOf(dtype: DType): DTypeFacts {
  return facts[checkOneOf('dtype', dtype, dtypes)];
}

/** libtorch's code of a dtype. @throws UsageError for an unknown name */
export function dtypeCode(dtype: DType): number {
  return factsOf(dtype).code;
}

/** Typed arrays with the memory layout of a dtype. */
const storedTypes: Readonly<Record<string, DType>> = {
  Float64Array: 'f64',
  Float32Array: 'f32',
  BigInt64Array: 'i64',
  Uint16Array: 'bf16',
  Uint8Array: 'u8',
  Uint8ClampedArray: 'u8',
};

/** Typed arrays whose numbers fit into a wider dtype. */
const widenedTypes: Readonly<Record<string, DType>> = {
  Int8Array: 'i64',
  Int16Array: 'i64',
  Int32Array: 'i64',
  Uint32Array: 'i64',
  BigUint64Array: 'i64',
};

/** The dtype of a tensor of this typed array. @throws UsageError for an unsupported one */
export function dtypeOfArray(data: unknown, name = 'data'): DType {
  const type = typedArrayName(data) ?? '';
  const dtype = storedTypes[type] ?? widenedTypes[type];
  if (dtype === undefined) throw unexpected('a typed array of numbers', name, data);
  return dtype;
}

/** @throws UsageError unless the memory of the typed array can be that of a tensor */
export function checkStored(data: unknown): void {
  if (!Object.hasOwn(storedTypes, typedArrayName(data) ?? ''))
    throw unexpected(`one of the arrays ${Object.keys(storedTypes).join(', ')}`, 'data', data);
  // Its memory would be freed under the tensor.
  if (((data as NumericArray).buffer as { readonly resizable?: boolean }).resizable)
    throw new UsageError('a tensor cannot share the memory of a resizable buffer: tensor(data) copies it');
}

/** Whether {@link dtypeOfArray} is wider than the numbers of the array. */
export const isWidened = (data: unknown): boolean => Object.hasOwn(widenedTypes, typedArrayName(data) ?? '');

/**
 * The size of an element, in bytes.
 *
 * @example
 * dtypeBytes('bf16'); // 2
 */
export function dtypeBytes(dtype: DType): number {
  return factsOf(dtype).bytes;
}

export function emptyArray(dtype: DType, length: number): NumericArray {
  return new (factsOf(dtype).array)(length);
}

export function dtypeOfCode(code: number): DType {
  const found = dtypes.find((name) => facts[name].code === code);
  if (!found) throw new InternalError(`unsupported libtorch dtype ${code}`);
  return found;
}

/** Memory layouts of a tensor. */
export const memoryFormats = { contiguous: 0, preserve: 1, channelsLast: 2 } as const;
export type MemoryFormat = keyof typeof memoryFormats;
