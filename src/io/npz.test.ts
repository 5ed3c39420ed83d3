import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { encodeNpy, type NpyArray } from './npy.ts';
import { encodeNpz } from './npz.ts';

const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i / 3);
const whole = (pieces: readonly Uint8Array[]): Buffer => Buffer.concat(pieces);

it('an array is a header of format 1.0, then its numbers at a multiple of 64', () => {
  const bytes = whole(encodeNpy({ shape: [2, 3], data: numbers(6) }));
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  expect(bytes.toString('latin1', 10, start)).toMatch(
    /^\{'descr': '<f8', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/,
  );
  expect(bytes.length).toBe(start + 48);
  expect(bytes.readDoubleLE(start + 40)).toBe(5 / 3);
});

it('shapes are Python tuples, types those of the data', () => {
  const header = (array: NpyArray): string => whole(encodeNpy(array)).toString('latin1', 10);
  expect(header({ shape: [], data: numbers(1) })).toContain("'<f8', 'fortran_order': False, 'shape': (), }");
  expect(header({ shape: [4], data: new BigInt64Array(4) })).toContain(
    "'<i8', 'fortran_order': False, 'shape': (4,), }",
  );
  expect(header({ shape: [0, 2], data: numbers(0) })).toContain("'shape': (0, 2), }");
});

it('part of a larger buffer is written as that part', () => {
  const bytes = whole(encodeNpy({ shape: [2], data: numbers(9).subarray(3, 5) }));
  expect([bytes.readDoubleLE(bytes.length - 16), bytes.readDoubleLE(bytes.length - 8)]).toEqual([1, 4 / 3]);
});

it('equal arrays give equal bytes', () => {
  const arrays = new Map<string, NpyArray>([['x', { shape: [3], data: numbers(3) }]]);
  expect(whole(encodeNpz(arrays)).equals(whole(encodeNpz(arrays)))).toBe(true);
});

it('arrays that do not fit their shape and names that leave the archive are refused', () => {
  expect(() => encodeNpy({ shape: [2, 2], data: numbers(3) })).toThrow(
    new UsageError('3 numbers are not [2, 2]'),
  );
  expect(() => encodeNpy({ shape: [-1, -3], data: numbers(3) })).toThrow(UsageError);
  for (const name of ['', '/x', 'a//b', '../x', 'a/..', 'a\\b', 'a\0'])
    expect(() => encodeNpz(new Map([[name, { shape: [], data: numbers(1) }]]))).toThrow(
      'is not a name for an array',
    );
});
