/** Creates tensors from numbers. */
import { checkInteger, checkOptions, checkShape, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { guarded, native } from '../native/index.ts';
import { defaultDtype, type DType, dtypeCode, dtypeOfArray, emptyArray, type NumericArray } from './dtype.ts';
import { flatten, type Nested, placeOf, type Scalar } from './nested.ts';
import * as ops from './operators_generated.ts';
import { Tensor } from './tensor.ts';
import { checkTensor } from './check-tensor.ts';

export interface CreateOptions {
  readonly dtype?: DType;
  readonly device?: string;
}

function checkCreateOptions(call: string, options: CreateOptions): void {
  checkOptions(call, options, { dtype: true, device: true });
}

const byte = { min: 0, max: 255 };

/** @throws UsageError for a value that an integer type cannot hold, with its index */
function toTyped(values: ArrayLike<Scalar>, dtype: DType, shape: readonly number[]): NumericArray {
  const array = emptyArray(dtype, values.length);
  const number = (i: number): number => Number(values[i]);
  const integer = (i: number, range = {}): number => checkInteger(placeOf(i, shape), number(i), range);
  for (let i = 0; i < values.length; i++)
    if (array instanceof BigInt64Array) {
      const value = values[i];
      array[i] = typeof value === 'bigint' ? checkInt64(placeOf(i, shape), value) : BigInt(integer(i));
    } else if (dtype === 'bool') array[i] = values[i] ? 1 : 0;
    else array[i] = dtype === 'u8' ? integer(i, byte) : number(i);
  return array;
}

function checkInt64(name: string, value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw unexpected('an integer of 64 bits', name, value);
  return value;
}

interface Source {
  readonly array: NumericArray;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

function sourceOf(data: unknown, dtype: DType | undefined): Source {
  if (ArrayBuffer.isView(data)) {
    const [array, own] = [data as NumericArray, dtypeOfArray(data)];
    const shape = [array.length];
    // libtorch would truncate fractions and convert NaN to an arbitrary integer.
    if ((dtype === 'i64' || dtype === 'u8') && dtype !== own && own !== 'bf16')
      return { array: toTyped(array, dtype, shape), dtype, shape };
    return { array, dtype: own, shape };
  }
  const { values, shape, dtype: own } = flatten(data, dtype);
  if (own === 'bf16') return { array: Uint16Array.from(values, Number), dtype: own, shape };
  // Plain numbers become bf16 via f32.
  const made = dtype === undefined ? (own ?? defaultDtype) : dtype === 'bf16' ? 'f32' : dtype;
  return { array: toTyped(values, made, shape), dtype: made, shape };
}

/**
 * Creates a tensor with a copy of `data`. Nested arrays determine the shape: `tensor([[1, 2], [3, 4]])` is [2, 2].
 * With a `shape`, flat data fill it row-major.
 *
 * Numbers become f32 unless `dtype` is given; typed arrays keep their type (Uint16Array: bf16 bits). NaN and
 * infinities are allowed. `i64` and `u8` accept BigInt, `bool` accepts booleans.
 *
 * @throws UsageError for a non-number, rows of different lengths, a value that an integer type cannot hold, or data
 * that do not fit the shape; it names the index
 * @example
 *     tensor([[1, 2], [3, 4]]);
 *     tensor([1, 2, 3, 4], [2, 2], { dtype: 'f64' });
 *     tensor([[true], [false]], { dtype: 'bool' });
 */
export function tensor(data: Nested, options?: CreateOptions): Tensor;
export function tensor(data: Nested, shape?: readonly number[], options?: CreateOptions): Tensor;
export function tensor(
  data: Nested,
  shapeOrOptions?: readonly number[] | CreateOptions,
  more: CreateOptions = {},
): Tensor {
  const [wanted, options] =
    shapeOrOptions === undefined || isShape(shapeOrOptions)
      ? [shapeOrOptions, more]
      : [undefined, shapeOrOptions];
  checkCreateOptions('tensor', options);
  const { array, dtype, shape } = sourceOf(data, options.dtype);
  const sizes = wanted === undefined ? shape : checkShape('shape', wanted);
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count !== array.length)
    throw new UsageError(`shape [${sizes.join(', ')}] needs ${count} values, got ${array.length}`);
  if (shape.length > 1 && sizes.join() !== shape.join())
    throw new UsageError(`data has the shape [${shape.join(', ')}], not [${sizes.join(', ')}]`);
  return place(
    new Tensor(guarded(() => native().tensorFromBuffer(array, sizes, dtypeCode(dtype), false))),
    options,
  );
}

const isShape = (value: unknown): value is readonly number[] =>
  typeof value !== 'object' || value === null || Array.isArray(value);

/**
 * Creates a tensor that shares the memory of `data`: writes to one are visible in the other. Do not transfer or
 * resize the array buffer.
 */
export function fromBuffer(data: NumericArray, shape: readonly number[], dtype = dtypeOfArray(data)): Tensor {
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

/** Converts to another dtype or device; shares memory if nothing changes. */
export function to(input: Tensor, options: CreateOptions): Tensor {
  checkTensor('the input of to', input);
  if ((options as unknown) === undefined) throw unexpected('an object', 'the options of to', options);
  checkCreateOptions('to', options);
  const { dtype, device } = options;
  return ops.toDevice(input, device ?? input.device, dtype ?? input.dtype);
}

export function zeros(shape: readonly number[], options: CreateOptions = {}): Tensor {
  checkCreateOptions('zeros', options);
  return ops.zeros(
    checkShape('shape', shape),
    options.dtype ?? defaultDtype,
    undefined,
    options.device ?? 'cpu',
  );
}

export function ones(shape: readonly number[], options: CreateOptions = {}): Tensor {
  checkCreateOptions('ones', options);
  return ops.ones(
    checkShape('shape', shape),
    options.dtype ?? defaultDtype,
    undefined,
    options.device ?? 'cpu',
  );
}

/** @throws UsageError for a value that the dtype cannot hold */
export function full(shape: readonly number[], value: number, options: CreateOptions = {}): Tensor {
  checkCreateOptions('full', options);
  if (typeof value !== 'number') throw unexpected('a number', 'the value', value);
  if (options.dtype === 'i64') checkInteger('the value', value);
  if (options.dtype === 'u8') checkInteger('the value', value, byte);
  return ops.full(
    checkShape('shape', shape),
    value,
    options.dtype ?? defaultDtype,
    undefined,
    options.device ?? 'cpu',
  );
}
