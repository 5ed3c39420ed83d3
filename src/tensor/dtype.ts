/** Element types: our names, libtorch's codes, and the typed arrays that hold them. */
import { checkOneOf, unexpected } from '../check.ts';
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

/** The precision of a floating-point dtype. @throws UsageError for integers */
export function finfo(dtype: DType): FloatInfo {
  const found = floats[dtype];
  if (!found) throw new UsageError(`expected a tensor of real numbers (f32, f64 or bf16), got ${dtype}`);
  return found;
}

/** Typed arrays that tensors are created from and read into; bf16 is stored as its 16 bits. */
export type NumericArray = Float32Array | Float64Array | Uint16Array | BigInt64Array | Uint8Array;

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

/** The dtype of a typed array. @throws UsageError for an unsupported one */
export function dtypeOfArray(data: unknown, name = 'data'): DType {
  if (data instanceof Float64Array) return 'f64';
  if (data instanceof Float32Array) return 'f32';
  if (data instanceof BigInt64Array) return 'i64';
  if (data instanceof Uint16Array) return 'bf16';
  if (data instanceof Uint8Array) return 'u8';
  throw unexpected(
    'a Float32Array, Float64Array, BigInt64Array, Uint16Array (bf16) or Uint8Array',
    name,
    data,
  );
}

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
