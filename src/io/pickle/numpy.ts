/** Numbers and arrays of NumPy, as pickles hold them. */
import type { SafetensorsDType, StoredTensor } from '../safetensors.ts';

const storedTypes: Readonly<Record<string, SafetensorsDType>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  i4: 'I32',
  i2: 'I16',
  i1: 'I8',
  u1: 'U8',
  b1: 'BOOL',
};

/** numpy.dtype: a kind and a width, and by its state the order of bytes. */
export class NumpyType {
  /** f8, i4, b1, .. */
  readonly name: string;
  #bigEndian = false;

  constructor(name: string) {
    this.name = name.replace(/^[<>=|]/, '');
    this.#bigEndian = name.startsWith('>');
  }

  get bigEndian(): boolean {
    return this.#bigEndian;
  }

  /** Bytes of an element; 0 where the name does not say. */
  get width(): number {
    return /^[a-zA-Z]\d{1,4}$/.test(this.name) ? Number(this.name.slice(1)) : 0;
  }

  /** The state of version 3 is (version, order of bytes, ..). */
  setState(state: unknown): void {
    if (Array.isArray(state) && state[1] === '>') this.#bigEndian = true;
  }

  /** The number; null for what is not a number, or does not have its width. */
  read(bytes: Uint8Array): number | bigint | boolean | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = !this.#bigEndian;
    if (this.width !== bytes.byteLength) return null;
    switch (this.name) {
      case 'f8':
        return view.getFloat64(0, little);
      case 'f4':
        return view.getFloat32(0, little);
      case 'i8':
        return view.getBigInt64(0, little);
      case 'i4':
        return view.getInt32(0, little);
      case 'u1':
        return view.getUint8(0);
      case 'b1':
        return view.getUint8(0) !== 0;
      default:
        return null;
    }
  }
}

/** numpy.ndarray. Made empty, and filled by its state; without one it stays empty. */
export class NumpyArray {
  type: NumpyType | undefined;
  shape: readonly number[] = [0];
  /** Row-major, in the type's order of bytes. */
  data: Uint8Array = new Uint8Array();

  /** The state is (version, shape, type, column-major, bytes or a list of objects). */
  setState(state: unknown): void {
    if (!Array.isArray(state)) return;
    const [, shape, type, columnMajor, data] = state as unknown[];
    this.fill(data, type, shape, columnMajor === true);
  }

  /** Left empty unless these are a type, a shape and bytes. */
  fill(data: unknown, type: unknown, shape: unknown, columnMajor: boolean): void {
    // Python 2 has text of latin1 for bytes.
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array) || !isShape(shape)) return;
    this.type = type;
    this.shape = shape;
    this.data = bytes;
    if (columnMajor && shape.length > 1 && this.#isWhole) this.data = rowMajor(bytes, shape, type.width);
  }

  /** Whether there are as many bytes as type and shape say. */
  get #isWhole(): boolean {
    const width = this.type?.width ?? 0;
    return (
      width > 0 && this.shape.reduce((product, length) => product * length, width) === this.data.byteLength
    );
  }

  /** Undefined for text, dates and other objects, and for an array that is not whole. */
  get dtype(): SafetensorsDType | undefined {
    const name = this.type?.name ?? '';
    return Object.hasOwn(storedTypes, name) && this.#isWhole ? storedTypes[name] : undefined;
  }

  /** The same numbers, little-endian; undefined for what is not numbers. */
  get stored(): StoredTensor | undefined {
    const { dtype } = this;
    if (!this.type || dtype === undefined) return undefined;
    const data = new Uint8Array(this.data);
    const { width } = this.type;
    if (this.type.bigEndian)
      for (let start = 0; start < data.byteLength; start += width)
        data.subarray(start, start + width).reverse();
    return { dtype, shape: this.shape, data };
  }
}

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length <= 64 &&
  value.every((length) => typeof length === 'number' && Number.isSafeInteger(length) && length >= 0);

function rowMajor(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const result = new Uint8Array(bytes.byteLength);
  const index = shape.map(() => 0);
  for (let to = 0; to < result.byteLength; to += width) {
    const from = shape.reduceRight((sum, length, axis) => sum * length + index[axis]!, 0);
    result.set(bytes.subarray(from * width, (from + 1) * width), to);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return result;
}

/** numpy.core.multiarray.scalar(dtype, bytes); what is not read as a number is null. */
export function numpyScalar([type, bytes]: readonly unknown[]): unknown {
  return type instanceof NumpyType && bytes instanceof Uint8Array ? type.read(bytes) : null;
}

/** numpy.core.numeric._frombuffer(bytes, dtype, shape, order), of protocol 5. */
export function numpyFromBuffer([bytes, type, shape, order]: readonly unknown[]): NumpyArray {
  const array = new NumpyArray();
  array.fill(bytes, type, shape, order === 'F');
  return array;
}
