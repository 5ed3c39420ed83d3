/** NumPy's numbers and arrays in pickles. */
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

/** numpy.dtype: a kind and a width; its state holds the byte order. */
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

  /** Bytes per element; 0 if the name does not give it. */
  get width(): number {
    return /^[a-zA-Z]\d{1,4}$/.test(this.name) ? Number(this.name.slice(1)) : 0;
  }

  /** The state of version 3 is (version, byte order, ..). */
  setState(state: unknown): void {
    if (Array.isArray(state) && state[1] === '>') this.#bigEndian = true;
  }

  /** The number; null for data that is not numeric, or has another width. */
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

/** numpy.ndarray. Created empty and filled by its state; without a state it stays empty. */
export class NumpyArray {
  type: NumpyType | undefined;
  shape: readonly number[] = [0];
  /** Row-major, in the type's byte order. */
  data: Uint8Array = new Uint8Array();

  /** The state is (version, shape, type, column-major, bytes or a list of objects). */
  setState(state: unknown): void {
    if (!Array.isArray(state)) return;
    const [, shape, type, columnMajor, data] = state as unknown[];
    this.fill(data, type, shape, columnMajor === true);
  }

  /** Left empty unless these are a type, a shape and bytes. */
  fill(data: unknown, type: unknown, shape: unknown, columnMajor: boolean): void {
    // Python 2 stores bytes as latin1 text.
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array) || !isShape(shape)) return;
    this.type = type;
    this.shape = shape;
    this.data = bytes;
    if (columnMajor && shape.length > 1 && this.#isWhole) this.data = rowMajor(bytes, shape, type.width);
  }

  /** Whether the bytes fit type and shape. */
  get #isWhole(): boolean {
    const width = this.type?.width ?? 0;
    return (
      width > 0 && this.shape.reduce((product, length) => product * length, width) === this.data.byteLength
    );
  }

  /** Undefined for text, dates and other objects, and for an incomplete array. */
  get dtype(): SafetensorsDType | undefined {
    const name = this.type?.name ?? '';
    return Object.hasOwn(storedTypes, name) && this.#isWhole ? storedTypes[name] : undefined;
  }

  /** The same numbers, little-endian; undefined for data that is not numeric. */
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

/** numpy.core.multiarray.scalar(dtype, bytes); null if it is not readable as a number. */
export function numpyScalar([type, bytes]: readonly unknown[]): unknown {
  return type instanceof NumpyType && bytes instanceof Uint8Array ? type.read(bytes) : null;
}

/** numpy.core.numeric._frombuffer(bytes, dtype, shape, order), of protocol 5. */
export function numpyFromBuffer([bytes, type, shape, order]: readonly unknown[]): NumpyArray {
  const array = new NumpyArray();
  array.fill(bytes, type, shape, order === 'F');
  return array;
}
