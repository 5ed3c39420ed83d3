import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { tensor, fromBuffer } from './create.ts';
import type { Nested } from './nested.ts';
import { scope } from './scope.ts';

const resizable = (): ArrayBuffer =>
  new (ArrayBuffer as new (size: number, more: object) => ArrayBuffer)(16, { maxByteLength: 32 });
const made = (data: unknown, options = {}): unknown =>
  scope(() => {
    const x = tensor(data as Nested, options);
    return [x.dtype, x.shape, x.dtype === 'bf16' ? [...x.toTypedArray()] : x.toArray()];
  });

it('nested arrays become a tensor of their shape', () => {
  expect(
    made([
      [1, 2],
      [3, 4],
    ]),
  ).toEqual(['f32', [2, 2], [1, 2, 3, 4]]);
  expect(made([[[1], [2], [3]]], { dtype: 'f64' })).toEqual(['f64', [1, 3, 1], [1, 2, 3]]);
  expect(made([[], []])).toEqual(['f32', [2, 0], []]);
  expect(made([])).toEqual(['f32', [0], []]);
  expect(made(5, { dtype: 'i64' })).toEqual(['i64', [], [5]]);
  expect(made([NaN, Infinity, -Infinity])).toEqual(['f32', [3], [NaN, Infinity, -Infinity]]);
});

it('typed-array rows keep their type unless another is given', () => {
  expect(made([Float64Array.of(0.1, 2), Float64Array.of(3, 4)])).toEqual(['f64', [2, 2], [0.1, 2, 3, 4]]);
  expect(made([BigInt64Array.of(2n ** 40n)])).toEqual(['i64', [1, 1], [2 ** 40]]);
  expect(made([Uint16Array.of(0x3fc0)])).toEqual(['bf16', [1, 1], [0x3fc0]]);
  expect(made([Float64Array.of(1.5)], { dtype: 'f32' })).toEqual(['f32', [1, 1], [1.5]]);
  expect(() => made([Float64Array.of(1), [2]])).toThrow(
    /rows of data have different types \(f64, plain numbers\)/,
  );
});

it('integers without a dtype of their own become i64, exactly', () => {
  expect(made(Int32Array.of(-3, 2 ** 31 - 1))).toEqual(['i64', [2], [-3, 2 ** 31 - 1]]);
  for (const Type of [Int8Array, Int16Array, Int32Array, Uint32Array])
    expect(made([Type.of(1, 2), Type.of(3, 4)]), Type.name).toEqual(['i64', [2, 2], [1, 2, 3, 4]]);
  expect(made(Uint32Array.of(2 ** 32 - 1))).toEqual(['i64', [1], [2 ** 32 - 1]]);
  expect(made(BigUint64Array.of(2n ** 40n))).toEqual(['i64', [1], [2 ** 40]]);
  expect(made(Uint8ClampedArray.of(255, 0))).toEqual(['u8', [2], [255, 0]]);
  expect(made(Buffer.from([1, 2]))).toEqual(['u8', [2], [1, 2]]);
  expect(made(Int16Array.of(-2, 3), { dtype: 'f64' })).toEqual(['f64', [2], [-2, 3]]);
  expect(made(Int32Array.of(0, 7), { dtype: 'bool' })).toEqual(['bool', [2], [0, 1]]);
  expect(made(Int8Array.of(1), { dtype: 'bf16' })).toEqual(['bf16', [1], [0x3f80]]);
  expect(() => made(Int8Array.of(-1), { dtype: 'u8' })).toThrow(
    'an integer >= 0 and <= 255 for data[0], got -1',
  );
  expect(() => made(BigUint64Array.of(0n, 2n ** 63n))).toThrow('an integer of 64 bits for data[1]');
});

it('only arrays with the memory of a dtype can share it with a tensor', () => {
  expect(() => fromBuffer(Int32Array.of(1) as never, [1])).toThrow(
    'one of the arrays Float64Array, Float32Array, BigInt64Array, Uint16Array, Uint8Array, Uint8ClampedArray for data',
  );
  expect(() => fromBuffer(new DataView(new ArrayBuffer(8)) as never, [1])).toThrow('for data, got');
});

it('memory that can go away is not shared', () => {
  const data = new Float64Array(resizable());
  expect(() => fromBuffer(data, [2])).toThrow('cannot share the memory of a resizable buffer');
  const moved = Float64Array.of(1, 2);
  structuredClone(moved, { transfer: [moved.buffer] });
  for (const act of [() => fromBuffer(moved, [2]), () => tensor(moved, [2])])
    expect(act).toThrow(/needs? (2 values|16 bytes)/);
});

it.each(['Float64Array', 'Float32Array', 'Uint8Array', 'Int32Array'] as const)(
  'a %s of another realm is one of this',
  (name) => {
    const foreign = runInNewContext(`({ list: ${name}.of(3, 4), rows: [${name}.of(1, 2)] })`) as {
      list: Float64Array;
      rows: Float64Array[];
    };
    expect(foreign.list).not.toBeInstanceOf(globalThis[name]);
    expect(made(foreign.list)).toEqual(made(globalThis[name].of(3, 4)));
    expect(made(foreign.rows)).toEqual(made([globalThis[name].of(1, 2)]));
    expect(() => made(runInNewContext('new DataView(new ArrayBuffer(8))'))).toThrow(UsageError);
  },
);

it.each<[string, ArrayBufferLike]>([
  ['shared', new SharedArrayBuffer(16)],
  ['resizable', resizable()],
])('numbers of a %s buffer are copied', (_, buffer) => {
  const data = new Float64Array(buffer);
  data.set([0.5, -2]);
  const x = tensor(data);
  data.fill(9);
  expect(x.toArray()).toEqual([0.5, -2]);
});

it('integer types accept BigInt, bool accepts booleans', () => {
  expect(made([[1n], [-(2n ** 63n)]], { dtype: 'i64' })).toEqual(['i64', [2, 1], [1, -(2 ** 63)]]);
  expect(made([255n, 1], { dtype: 'u8' })).toEqual(['u8', [2], [255, 1]]);
  expect(made([[true, false]], { dtype: 'bool' })).toEqual(['bool', [1, 2], [1, 0]]);
  expect(() => made([1, 2n ** 63n], { dtype: 'i64' })).toThrow('an integer of 64 bits for data[1]');
  expect(() => made([1, 256n], { dtype: 'u8' })).toThrow('<= 255 for data[1], got 256');
});

it('plain numbers become bf16 by rounding', () => {
  expect(made([[1.5, -2]], { dtype: 'bf16' })).toEqual(['bf16', [1, 2], [0x3fc0, 0xc000]]);
});

it('typed arrays are checked on conversion to integers', () => {
  expect(made(Float64Array.of(1, -2), { dtype: 'i64' })).toEqual(['i64', [2], [1, -2]]);
  for (const bad of [1.5, NaN, Infinity])
    expect(() => made(Float64Array.of(0, bad), { dtype: 'i64' })).toThrow(/an integer for data\[1\]/);
  expect(() => made(BigInt64Array.of(300n), { dtype: 'u8' })).toThrow(/<= 255 for data\[0\], got 300/);
});

it.each<[string, unknown, RegExp]>([
  ['a longer row', [[1, 2], [3]], /ragged: data\[1\] has 1 element, data\[0\] has 2 elements/],
  ['a number among rows', [[1, 2], 3], /ragged: data\[1\] is one number, 3, data\[0\] has 2 elements/],
  ['a row among numbers', [1, [2]], /ragged: data\[1\] has 1 element, data\[0\] is one number/],
  [
    'a row deep inside',
    [
      [[1], [2]],
      [[3], [4, 5]],
    ],
    /ragged: data\[1\]\[1\] has 2 elements/,
  ],
  ['a typed row of another length', [Float32Array.of(1), Float32Array.of(1, 2)], /ragged: data\[1\] has 2/],
  ['a string', [['1', 2]], /expected a number for data\[0\]\[0\], got "1" \(string\)/],
  ['null', [1, null], /expected a number for data\[1\], got null/],
  ['undefined', [[1], [undefined]], /expected a number for data\[1\]\[0\], got undefined/],
  [
    'a hole',
    [
      [1, 2],
      [3, , 5],
    ].slice(1),
    /expected a number for data\[0\]\[1\], got a hole/,
  ],
  ['an object', [{ x: 1 }], /expected a number for data\[0\], got \{"x":1\} \(Object\)/],
  [
    'an object without a prototype',
    [Object.create(null)],
    /expected a number for data\[0\], got \{\} \(object\)/,
  ],
  ['a symbol', [Symbol('x')], /expected a number for data\[0\], got Symbol\(x\)/],
  ['a boxed number', [Object(3)], /expected a number for data\[0\], got 3 \(Number\)/],
  ['BigInt without a type', [1n], /for data\[0\], got 1 \(bigint\); BigInt needs \{ dtype: 'i64' \}/],
  ['a boolean without a type', [[true]], /for data\[0\]\[0\], got true \(boolean\); booleans need/],
  ['a string alone', '3', /expected a number for data, got "3"/],
  ['nothing', undefined, /expected a number for data, got undefined/],
  ['a set', new Set([1]), /expected a number for data, got \[object Set\]/],
  [
    'bytes without a type',
    [new DataView(new ArrayBuffer(1))],
    /a number for data\[0\], got \[object DataView\]/,
  ],
  ['an array buffer', new ArrayBuffer(8), /expected a number for data, got \[object ArrayBuffer\]/],
])('%s is rejected by its index', (_, data, message) => {
  const act = (): unknown => made(data);
  expect(act).toThrow(UsageError);
  expect(act).toThrow(message);
});

it('an array that contains itself is rejected', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  expect(() => made(loop)).toThrow(/nested more than 64 levels/);
});

it('options may replace the shape argument, and nested data take no shape', () => {
  scope(() => {
    expect(tensor([[1, 2]], { dtype: 'f64' })).toMatchObject({ dtype: 'f64', shape: [1, 2] });
    expect(tensor([[1, 2]], [1, 2]).shape).toEqual([1, 2]);
    expect(() => tensor([[1, 2]], [2, 1])).toThrow('data has the shape [1, 2], not [2, 1]');
    expect(() => tensor([1, 2], 'f65' as never)).toThrow('unknown dtype "f65": did you mean f64?');
  });
});
