/** Tensors as PyTorch stores them: a view (offset, sizes, strides) of a storage that may be shared. */
import { InternalError } from '../../errors.ts';
import type { Damaged } from '../pickle/cursor.ts';
import { elementBytes, type ElementType, isFloat, isRead, widths } from '../element-types.ts';
import type { StoredTensor } from '../safetensors.ts';

/** A storage, or the part of one that a legacy view refers to. */
export class TorchStorage {
  readonly key: string;
  readonly dtype: ElementType;
  /** Elements under the key, including views. */
  readonly whole: number;
  /** Offset of the view, in elements. */
  readonly start: number;
  /** Length of the view, in elements. */
  readonly length: number;

  constructor(key: string, dtype: ElementType, whole: number, start = 0, length = whole) {
    this.key = key;
    this.dtype = dtype;
    this.whole = whole;
    this.start = start;
    this.length = length;
  }

  /** Bytes under the key. */
  get bytes(): number {
    return this.whole * elementBytes(this.dtype);
  }

  /** The same bytes reinterpreted as another type. */
  as(dtype: ElementType): TorchStorage {
    const [whole, start, length] = [this.whole, this.start, this.length].map((count) =>
      Math.floor((count * elementBytes(this.dtype)) / elementBytes(dtype)),
    );
    return new TorchStorage(this.key, dtype, whole!, start, length);
  }
}

export class TorchTensor {
  readonly storage: TorchStorage;
  /** In elements of the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Whether the numbers are negated; PyTorch keeps some views lazily. */
  readonly negated: boolean;

  constructor(
    storage: TorchStorage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
    negated = false,
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.negated = negated;
  }

  get dtype(): ElementType {
    return this.storage.dtype;
  }
}

/** A tensor that is not a dense storage of numbers: only its kind and shape are known. */
export class PartialTensor {
  readonly dtype: 'SPARSE' | 'META';
  readonly shape: readonly number[];

  constructor(dtype: 'SPARSE' | 'META', shape: unknown) {
    this.dtype = dtype;
    this.shape = areCounts(shape) ? shape : [];
  }
}

const highestRank = 64;
export const largestBytes = 2 ** 32 - 1;
/** A tensor with stride 0 repeats numbers, and can be larger than its file. */
const largestRepeated = 1 << 26;

export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const areCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

/** @throws FileError unless the tensor lies within its storage and has a readable size */
export function makeTensor(
  storage: TorchStorage,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  damaged: Damaged,
  negated = false,
): TorchTensor {
  const good = isCount(offset) && areCounts(shape) && areCounts(strides);
  if (!good || shape.length !== strides.length || shape.length > highestRank)
    throw damaged('a tensor has no sizes, strides and offset that make sense');
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  if (!shape.includes(0) && last >= storage.length)
    throw damaged(
      `a tensor [${shape.join(', ')}] reaches element ${last} of a storage of ${storage.length} (${storage.key})`,
    );
  const size = shape.reduce((product, length) => product * length, 1);
  const bytes = elementBytes(storage.dtype) * size;
  if (bytes > largestBytes) throw damaged(`a tensor would be [${shape.join(', ')}], more than 4 GiB`);
  if (size > storage.length && bytes > largestRepeated)
    throw damaged(`a tensor would repeat the numbers of its storage until they are [${shape.join(', ')}]`);
  return new TorchTensor(storage, offset, shape, strides, negated);
}

const elements = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;

/**
 * The tensor's numbers in row-major order.
 *
 * @param bytes - the whole storage of the key, little-endian
 * @throws InternalError for a type that is not read
 */
export function materialise(tensor: TorchTensor, bytes: Uint8Array): StoredTensor {
  const stored = gather(tensor, bytes);
  if (tensor.negated) negate(stored);
  return stored;
}

/** Negates in place: floats by a bit, integers by two's complement. */
function negate({ dtype, data }: StoredTensor): void {
  const width = widths[dtype];
  for (let start = 0; start < data.byteLength; start += width) {
    if (isFloat(dtype)) data[start + width - 1]! ^= 0x80;
    else
      for (let i = start, carry = 1; i < start + width; i++) {
        const byte = (~data[i]! & 0xff) + carry;
        data[i] = byte;
        carry = byte >> 8;
      }
  }
}

function gather(tensor: TorchTensor, bytes: Uint8Array): StoredTensor {
  const { storage, offset, shape, strides, dtype } = tensor;
  if (!isRead(dtype)) throw new InternalError(`numbers of ${dtype} are not read`);
  const width = widths[dtype];
  const size = shape.reduce((product, length) => product * length, width);
  const start = (storage.start + offset) * width;
  if (size === 0) return { dtype, shape, data: new Uint8Array() };
  if (isRowMajor(shape, strides)) {
    const data = new Uint8Array(bytes.subarray(start, start + size));
    if (data.byteLength !== size)
      throw new InternalError(`storage ${storage.key} is shorter than its tensor`);
    return { dtype, shape, data };
  }
  // An aligned copy, which views of wider elements need.
  const rest = new Uint8Array(bytes.subarray(start));
  const source = new elements[width](rest.buffer, 0, Math.floor(rest.byteLength / width));
  const target = new elements[width](size / width);
  // An odometer over the indices, last axis fastest.
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < target.length; to++) {
    target[to] = source[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: new Uint8Array(target.buffer) };
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
