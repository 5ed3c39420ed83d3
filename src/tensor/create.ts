/** Creates tensors from numbers. */
import { checkInteger, checkOptions, checkShape, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { guarded, native } from '../native/index.ts';
import {
  checkStored,
  defaultDtype,
  type DType,
  dtypeCode,
  dtypeOfArray,
  emptyArray,
  isReal,
  isWidened,
  type NumericArray,
} from './dtype.ts';
import { flatten, type Nested, placeOf, type Scalar } from './nested.ts';
import * as ops from './operators_generated.ts';
import { Tensor } from './tensor.ts';
import { checkTensor } from './check-tensor.ts';
import { scope } from './scope.ts';

export interface CreateOptions {
  readonly dtype?: DType;
  readonly device?: string;
}

/** A dtype stands for `{ dtype }`. @throws UsageError for unknown options */
export function createOptions(call: string, given: CreateOptions | DType): CreateOptions {
  if (typeof given === 'string') return { dtype: given };
  checkOptions(call, given, { dtype: true, device: true });
  return given;
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
    } else if (dtype === 'bool') {
      if (Number.isNaN(values[i])) throw unexpected('true, false or a number', placeOf(i, shape), NaN);
      array[i] = values[i] ? 1 : 0;
    } else array[i] = dtype === 'u8' ? integer(i, byte) : number(i);
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

/** Numbers become bf16 via f32. */
const madeOf = (dtype: DType): DType => (dtype === 'bf16' ? 'f32' : dtype);

function sourceOf(data: unknown, dtype: DType | undefined): Source {
  if (ArrayBuffer.isView(data)) {
    const [array, own] = [data as NumericArray, dtypeOfArray(data)];
    const shape = [array.length];
    const made = dtype === undefined ? own : madeOf(dtype);
    // libtorch would truncate fractions and convert NaN to an arbitrary integer.
    const isChecked = made !== own && own !== 'bf16' && !isReal(made);
    return isWidened(data) || isChecked
      ? { array: toTyped(array, made, shape), dtype: made, shape }
      : { array, dtype: own, shape };
  }
  const { values, shape, dtype: own } = flatten(data, dtype);
  if (own === 'bf16') return { array: Uint16Array.from(values, Number), dtype: own, shape };
  const made = dtype === undefined ? (own ?? defaultDtype) : madeOf(dtype);
  return { array: toTyped(values, made, shape), dtype: made, shape };
}

/**
 * Creates a tensor with a copy of `data`. Nested arrays determine the shape: `tensor([[1, 2], [3, 4]])` is [2, 2].
 * With a `shape`, flat data fill it row-major.
 *
 * Numbers become f32 unless `dtype` is given. Typed arrays keep their type; Int32Array and other integers without a
 * dtype become i64, a Uint16Array holds the bits of bf16. NaN and infinities are allowed in f32, f64 and bf16. `i64` and
 * `u8` accept BigInt, `bool` accepts booleans.
 *
 * @throws UsageError for a non-number, rows of different lengths, a value that an integer type cannot hold, or data
 * that do not fit the shape; it names the index
 *
 * @example
 *     tensor([[1, 2], [3, 4]]);
 *     tensor([1, 2, 3, 4], [2, 2], { dtype: 'f64' }); // or 'f64'
 *     tensor([[true], [false]], { dtype: 'bool' });
 */
export function tensor(data: Nested, options?: CreateOptions | DType): Tensor;
export function tensor(data: Nested, shape?: readonly number[], options?: CreateOptions | DType): Tensor;
export function tensor(
  data: Nested,
  shapeOrOptions?: readonly number[] | CreateOptions | DType,
  more: CreateOptions | DType = {},
): Tensor {
  const [wanted, given] =
    shapeOrOptions === undefined || isShape(shapeOrOptions)
      ? [shapeOrOptions, more]
      : [undefined, shapeOrOptions];
  const options = createOptions('tensor', given);
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
  (typeof value !== 'object' && typeof value !== 'string') || value === null || Array.isArray(value);

/**
 * Creates a tensor that shares the memory of `data`: writes to one are visible in the other. Do not transfer or
 * resize the array buffer.
 */
export function fromBuffer(data: NumericArray, shape: readonly number[], dtype = dtypeOfArray(data)): Tensor {
  checkShape('shape', shape);
  checkStored(data);
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

/**
 * Converts to another dtype or device; shares memory if nothing changes. Integers are truncated towards 0.
 *
 * @throws UsageError for NaN and infinities that become integers
 */
export function to(input: Tensor, options: CreateOptions | DType): Tensor {
  checkTensor('the input of to', input);
  if ((options as unknown) === undefined) throw unexpected('an object', 'the options of to', options);
  const { dtype, device } = createOptions('to', options);
  if ((dtype === 'i64' || dtype === 'u8') && isReal(input.dtype) && !isFinite(input))
    throw new UsageError(`the input of to holds NaN or an infinite number, which ${dtype} cannot hold`);
  return ops.toDevice(input, device ?? input.device, dtype ?? input.dtype);
}

const isFinite = (x: Tensor): boolean => scope(() => Number.isFinite(ops.sum(ops.mulScalar(x, 0)).item()));

/**
 * A tensor of zeros.
 *
 * @example
 * zeros([2, 3], 'f64');
 */
export function zeros(shape: readonly number[], given: CreateOptions | DType = {}): Tensor {
  const options = createOptions('zeros', given);
  return ops.zeros(
    checkShape('shape', shape),
    options.dtype ?? defaultDtype,
    undefined,
    options.device ?? 'cpu',
  );
}

/**
 * A tensor of ones.
 *
 * @example
 * ones([2, 3], { dtype: 'f64' });
 */
export function ones(shape: readonly number[], given: CreateOptions | DType = {}): Tensor {
  const options = createOptions('ones', given);
  return ops.ones(
    checkShape('shape', shape),
    options.dtype ?? defaultDtype,
    undefined,
    options.device ?? 'cpu',
  );
}

/**
 * A tensor whose elements all have one value.
 *
 * @example
 * full([2, 3], 0.5, 'f64');
 *
 * @throws UsageError for a value that the dtype cannot hold
 */
export function full(shape: readonly number[], value: number, given: CreateOptions | DType = {}): Tensor {
  const options = createOptions('full', given);
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
