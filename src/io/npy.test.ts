import { expect, it } from 'vitest';
import { FileError, UsageError } from '../errors.ts';
import { numbersOf } from './numbers.ts';
import { decodeNpy, encodeNpy } from './npy.ts';

/** As numpy.save writes it. */
function npy(type: string, shape: string, data: Uint8Array, { fortran = false, version = 1 } = {}): Buffer {
  const text = `{'descr': ${type.startsWith('[') ? type : `'${type}'`}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const head = Buffer.alloc(version === 1 ? 10 : 12);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text), data]);
}
const bytes = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const values = (file: Uint8Array): unknown => {
  const stored = decodeNpy(file, 'x.npy');
  return [stored.dtype, stored.shape, [...numbersOf(stored)]];
};

it('arrays round-trip', () => {
  const data = Float64Array.of(1, -0, NaN, Infinity, 1 / 3, 2);
  for (const shape of [[6], [2, 3], [1, 6, 1]]) {
    const read = decodeNpy(Buffer.concat(encodeNpy({ shape, data })), 'x.npy');
    expect(read).toEqual({ dtype: 'F64', shape, data: bytes(data) });
  }
  expect(values(Buffer.concat(encodeNpy({ shape: [], data: BigInt64Array.of(-5n) })))).toEqual([
    'I64',
    [],
    [-5],
  ]);
  expect(values(Buffer.concat(encodeNpy({ shape: [0, 2], data: new Float64Array() })))).toEqual([
    'F64',
    [0, 2],
    [],
  ]);
});

it.each<[string, ArrayBufferView, unknown]>([
  ['<f4', Float32Array.of(1.5, -2), ['F32', [2], [1.5, -2]]],
  ['<f2', Uint16Array.of(0x3e00, 0xfc00), ['F16', [2], [1.5, -Infinity]]],
  ['|i1', Int8Array.of(-1, 2), ['I8', [2], [-1, 2]]],
  ['<i2', Int16Array.of(-300, 2), ['I16', [2], [-300, 2]]],
  ['<i4', Int32Array.of(-70_000, 2), ['I32', [2], [-70_000, 2]]],
  ['|u1', Uint8Array.of(255, 2), ['U8', [2], [255, 2]]],
  ['<u2', Uint16Array.of(65_535, 2), ['I64', [2], [65_535, 2]]],
  ['<u4', Uint32Array.of(2 ** 32 - 1, 2), ['I64', [2], [2 ** 32 - 1, 2]]],
  ['<u8', BigUint64Array.of(2n ** 40n, 2n), ['I64', [2], [2 ** 40, 2]]],
  ['|b1', Uint8Array.of(1, 0), ['BOOL', [2], [1, 0]]],
])('%s is read exactly', (type, array, expected) => {
  expect(values(npy(type, '(2,)', bytes(array)))).toEqual(expected);
});

it('either byte order, either memory order, each version, and a Python 2 shape', () => {
  const big = bytes(Float64Array.of(1, 2, 3)).reverse();
  expect(values(npy('>f8', '(3,)', big))).toEqual(['F64', [3], [3, 2, 1]]);
  const columns = bytes(Int32Array.of(1, 4, 2, 5, 3, 6));
  expect(values(npy('<i4', '(2, 3)', columns, { fortran: true }))).toEqual([
    'I32',
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ]);
  const cube = bytes(Uint8Array.from({ length: 24 }, (_, i) => i));
  const [, , turned] = values(npy('|u1', '(2, 3, 4)', cube, { fortran: true })) as [
    string,
    number[],
    number[],
  ];
  // Element [i, j, k] stands at i + 2 j + 6 k.
  expect(turned.slice(0, 6)).toEqual([0, 6, 12, 18, 2, 8]);
  expect(turned[23]).toBe(23);
  for (const version of [2, 3])
    expect(values(npy('<f4', '(1,)', bytes(Float32Array.of(7)), { version }))).toEqual(['F32', [1], [7]]);
  expect(values(npy('|u1', '(2L, 1L)', Uint8Array.of(1, 2)))).toEqual(['U8', [2, 1], [1, 2]]);
});

it.each<[string, Uint8Array, RegExp]>([
  ['another file', Buffer.from('PK\x03\x04'), /does not begin like a .npy file/],
  ['an empty file', new Uint8Array(), /does not begin like a .npy file/],
  ['a header cut off', npy('<f8', '(2,)', new Uint8Array(16)).subarray(0, 40), /its header is cut off/],
  ['numbers cut off', npy('<f8', '(2,)', new Uint8Array(15)), /\[2\] of <f8 need 16 bytes, it has 15/],
  ['bytes too many', npy('<f8', '(2,)', new Uint8Array(17)), /need 16 bytes, it has 17/],
  ['a shape that is none', npy('<f8', '(2, x)', new Uint8Array(16)), /its header is not that of an array/],
  ['a shape too large', npy('<f8', '(9999999999, 9999999999)', new Uint8Array()), /its shape is too large/],
  ['a newer format', npy('<f8', '(0,)', new Uint8Array(), { version: 9 }), /format 9; 1 to 3 are supported/],
  ['objects', npy('|O', '(1,)', new Uint8Array(8)), /Python objects, which are not read/],
  ['text', npy('<U3', '(1,)', new Uint8Array(12)), /holds text: expected/],
  ['complex numbers', npy('<c16', '(1,)', new Uint8Array(16)), /holds complex numbers/],
  ['records', npy("[('a', '<f8')]", '(1,)', new Uint8Array(8)), /holds records/],
  ['a long double', npy('<f16', '(1,)', new Uint8Array(16)), /numbers of the type "<f16"/],
  [
    'an integer too large',
    npy('<u8', '(1,)', new Uint8Array(8).fill(255)),
    /number 0 is 18446744073709551615/,
  ],
])('%s is refused by name', (_, file, message) => {
  const act = (): unknown => decodeNpy(file, 'x.npy');
  expect(act).toThrow(FileError);
  expect(act).toThrow(message);
});

it('NumPy has no bf16', () => {
  expect(() => encodeNpy({ dtype: 'BF16', shape: [1], data: new Uint8Array(2) })).toThrow(
    new UsageError('NumPy has no bf16: convert to f32, or save as .safetensors'),
  );
});
