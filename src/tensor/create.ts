/** Tensors from numbers. */
import { checkInteger, checkShape, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { guarded, native } from '../native/index.ts';
import { type DType, dtypeCode, emptyArray, type NumericArray } from './dtype.ts';
import * as ops from './operators_generated.ts';
import { Tensor } from './tensor.ts';

export interface CreateOptions {
  readonly dtype?: DType;
  readonly device?: string;
}

function dtypeOfArray(data: NumericArray): DType {
  if (data instanceof Float64Array) return 'f64';
  if (data instanceof Float32Array) return 'f32';
  if (data instanceof BigInt64Array) return 'i64';
  if (data instanceof Uint16Array) return 'bf16';
  if (data instanceof Uint8Array) return 'u8';
  throw unexpected(
    'a Float32Array, Float64Array, BigInt64Array, Uint16Array (bf16) or Uint8Array',
    'data',
    data,
  );
}

const byte = { min: 0, max: 255 };

function toTyped(values: readonly number[], dtype: DType): NumericArray {
  const array = emptyArray(dtype, values.length);
  if (array instanceof BigInt64Array)
    values.forEach((value, i) => (array[i] = BigInt(checkInteger(`value ${i}`, value))));
  else if (dtype === 'bool') values.forEach((value, i) => (array[i] = value ? 1 : 0));
  else if (dtype === 'u8') values.forEach((value, i) => (array[i] = checkInteger(`value ${i}`, value, byte)));
  else array.set(values);
  return array;
}

/**
 * A tensor with a copy of `data`, row-major. Plain arrays become f32 unless `dtype` says otherwise;
 * typed arrays keep their type.
 *
 * @throws UsageError if data and shape disagree.
 */
export function tensor(
  data: NumericArray | readonly number[] | number,
  shape?: readonly number[],
  options: CreateOptions = {},
): Tensor {
  const plain = typeof data === 'number' ? [data] : data;
  const sizes = checkShape('shape', shape ?? (typeof data === 'number' ? [] : [plain.length]));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count !== plain.length)
    throw new UsageError(`shape [${sizes.join(', ')}] needs ${count} values, got ${plain.length}`);
  if (Array.isArray(plain) && options.dtype === 'bf16')
    throw unexpected('a typed array or another dtype', 'bf16 data', plain);
  const typed = ArrayBuffer.isView(plain) ? plain : toTyped(plain, options.dtype ?? 'f32');
  const source = ArrayBuffer.isView(plain) ? dtypeOfArray(plain) : (options.dtype ?? 'f32');
  return place(
    new Tensor(guarded(() => native().tensorFromBuffer(typed, sizes, dtypeCode(source), false))),
    options,
  );
}

/**
 * A tensor over the memory of `data`, without a copy: what is written to one is seen in the other. Safe
 * as long as the array buffer is neither transferred nor resized.
 */
export function tensorOver(data: NumericArray, shape: readonly number[], dtype = dtypeOfArray(data)): Tensor {
  checkShape('shape', shape);
  return new Tensor(guarded(() => native().tensorFromBuffer(data, shape, dtypeCode(dtype), true)));
}

function place(made: Tensor, { dtype, device }: CreateOptions): Tensor {
  const sameType = dtype === undefined || dtype === made.dtype;
  const sameDevice = device === undefined || device === made.device || device === 'cpu';
  if (sameType && sameDevice) return made;
  const moved = to(made, { ...(dtype && { dtype }), ...(device && { device }) });
  made.dispose();
  return moved;
}

/** The tensor with another dtype or on another device; itself shared if nothing changes. */
export function to(input: Tensor, { dtype, device }: CreateOptions): Tensor {
  return ops.toDevice(input, device ?? input.device, dtype ?? input.dtype);
}

export function zeros(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return ops.zeros(shape, options.dtype ?? 'f32', undefined, options.device ?? 'cpu');
}

export function ones(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return ops.ones(shape, options.dtype ?? 'f32', undefined, options.device ?? 'cpu');
}

export function full(shape: readonly number[], value: number, options: CreateOptions = {}): Tensor {
  return ops.full(shape, value, options.dtype ?? 'f32', undefined, options.device ?? 'cpu');
}
