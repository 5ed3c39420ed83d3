/** NumPy's .npy: a header that is a Python dict literal, then the numbers. */
import { show } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';
import type { SafetensorsDType, StoredTensor } from './safetensors.ts';

/** Numbers in row-major order, as f64 or i64. */
export interface NpyArray {
  /** [] for a scalar. */
  readonly shape: readonly number[];
  readonly data: Float64Array | BigInt64Array;
}

const magic = '\x93NUMPY';
/** The data starts at a multiple of this. */
const alignment = 64;
/** NumPy's type names; there is none for bf16. */
const descriptors: Partial<Record<SafetensorsDType, string>> = {
  F64: '<f8',
  F32: '<f4',
  F16: '<f2',
  I64: '<i8',
  I32: '<i4',
  I16: '<i2',
  I8: '|i1',
  U8: '|u1',
  BOOL: '|b1',
};

/**
 * A .npy file (format 1.0) as pieces, without copying the data.
 *
 * @throws UsageError if the data does not fit the shape, and for bf16
 */
export function encodeNpy(array: NpyArray | StoredTensor): Uint8Array[] {
  const { shape, type, bytes } = 'dtype' in array ? ofStored(array) : ofNumbers(array);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const prefix = 10;
  const length = Math.ceil((prefix + text.length + 1) / alignment) * alignment;
  const head = Buffer.alloc(length, ' ');
  head.write(`${magic}\x01\x00`, 'latin1');
  head.writeUInt16LE(length - prefix, 8);
  head.write(text, prefix, 'latin1');
  head.write('\n', length - 1, 'latin1');
  return [head, bytes];
}

interface Numbers {
  readonly shape: readonly number[];
  readonly type: string;
  readonly bytes: Uint8Array;
}

function ofNumbers({ shape, data }: NpyArray): Numbers {
  const good = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!good || sizeOf(shape) !== data.length)
    throw new UsageError(`${data.length} numbers are not [${shape.join(', ')}]`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { shape, type: data instanceof Float64Array ? '<f8' : '<i8', bytes };
}

function ofStored({ shape, dtype, data }: StoredTensor): Numbers {
  const type = descriptors[dtype];
  if (type === undefined)
    throw new UsageError(`NumPy has no ${dtype.toLowerCase()}: convert to f32, or save as .safetensors`);
  return { shape, type, bytes: data };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Readable types by kind and width, with the type they become. The conversion is exact. */
const readers: Readonly<Record<string, SafetensorsDType>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  i4: 'I32',
  i2: 'I16',
  i1: 'I8',
  u1: 'U8',
  u2: 'I64',
  u4: 'I64',
  u8: 'I64',
  b1: 'BOOL',
};
const kinds: Readonly<Record<string, string>> = {
  O: 'Python objects, which are not read (they could run code)',
  V: 'records',
  U: 'text',
  S: 'text',
  c: 'complex numbers',
  M: 'dates',
  m: 'time spans',
};

/**
 * The array of a .npy file (format 1.0 to 3.0), in either byte order and memory order. Unsigned integers of 16 to 64
 * bits become I64.
 *
 * @param name - for errors
 * @throws FileError if the bytes are not a complete .npy file, or the data is not numeric
 */
export function decodeNpy(bytes: Uint8Array, name: string): StoredTensor {
  const damaged = (what: string): FileError =>
    new FileError(`${name} is damaged or half-written: ${what}; save it again`);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 0, magic.length) !== magic) throw damaged('it does not begin like a .npy file');
  const version = file[magic.length] ?? 0;
  if (version < 1 || version > 3)
    throw new FileError(`${name} is a .npy file of format ${version}; 1 to 3 are supported`);
  const prefix = version === 1 ? 10 : 12;
  if (file.length < prefix) throw damaged('its header is cut off');
  const start = prefix + (version === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8));
  if (start > file.length) throw damaged('its header is cut off');
  const { type, fortran, shape } = parseHeader(file.toString('utf8', prefix, start), name, damaged);
  const [order, kind, width] = [type.slice(0, 1), type.slice(1), Number(type.slice(2))];
  const dtype = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (dtype === undefined || !'<>|='.includes(order))
    throw new FileError(
      `${name} holds ${kinds[kind.slice(0, 1)] ?? `numbers of the type ${show(type)}`}: expected floats, integers or booleans`,
    );
  const size = sizeOf(shape);
  if (size * width !== file.length - start)
    throw damaged(
      `[${shape.join(', ')}] of ${type} need ${size * width} bytes, it has ${file.length - start}`,
    );
  // A copy: the bytes are swapped in place, and may start unaligned.
  const data = new Uint8Array(file.subarray(start));
  if (order === '>') swapBytes(data, width);
  const rows = fortran && shape.length > 1 ? rowMajor(data, shape, width) : data;
  return { dtype, shape, data: kind.startsWith('u') && width > 1 ? widened(rows, width, name) : rows };
}

interface Header {
  readonly type: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

function parseHeader(text: string, name: string, damaged: (what: string) => FileError): Header {
  if (/'descr':\s*\[/.test(text))
    throw new FileError(`${name} holds records (a structured array): expected floats, integers or booleans`);
  const type = /'descr':\s*'([^']{2,40})'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const tuple = /'shape':\s*\(((?:\d{1,16}L?(?:,\s*|(?=\))))*)\)/.exec(text)?.[1];
  if (type === undefined || fortran === undefined || tuple === undefined)
    throw damaged('its header is not that of an array');
  const shape = [...tuple.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  if (!Number.isSafeInteger(sizeOf(shape))) throw damaged('its shape is too large');
  return { type, fortran: fortran === 'True', shape };
}

function swapBytes(data: Uint8Array, width: number): void {
  for (let start = 0; start < data.byteLength; start += width) data.subarray(start, start + width).reverse();
}

/** From column-major to row-major. */
function rowMajor(data: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const out = new Uint8Array(data.byteLength);
  const index = shape.map(() => 0);
  let stride = 1;
  const strides = shape.map((size) => {
    const own = stride;
    stride *= size;
    return own;
  });
  for (let to = 0; to < out.byteLength; to += width) {
    let from = 0;
    for (let dim = 0; dim < shape.length; dim++) from += index[dim]! * strides[dim]!;
    for (let byte = 0; byte < width; byte++) out[to + byte] = data[from * width + byte]!;
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      index[dim] = index[dim]! + 1;
      if (index[dim]! < shape[dim]!) break;
      index[dim] = 0;
    }
  }
  return out;
}

/** Unsigned integers as I64. */
function widened(data: Uint8Array, width: number, name: string): Uint8Array {
  const { buffer } = data;
  const values =
    width === 8
      ? new BigInt64Array(buffer)
      : BigInt64Array.from(width === 4 ? new Uint32Array(buffer) : new Uint16Array(buffer), BigInt);
  if (width === 8) {
    const large = values.findIndex((value) => value < 0n);
    if (large >= 0)
      throw new FileError(
        `${name}: number ${large} is ${BigInt.asUintN(64, values[large]!)}, more than an i64 holds`,
      );
  }
  return new Uint8Array(values.buffer);
}
