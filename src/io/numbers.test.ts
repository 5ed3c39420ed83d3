import { expect, it } from 'vitest';
import { numbersOf } from './numbers.ts';
import type { SafetensorsDType } from './safetensors.ts';

/** Numbers from bytes at an odd offset. */
function numbers(dtype: SafetensorsDType, array: Uint16Array | Int16Array | BigInt64Array): number[] {
  const shifted = new Uint8Array(array.byteLength + 1);
  shifted.set(new Uint8Array(array.buffer), 1);
  return [...numbersOf({ dtype, shape: [array.length], data: shifted.subarray(1) })];
}

// IEEE 754-2019, table 3.5, and PyTorch: torch.tensor(BITS, dtype=torch.int16).view(torch.float16).double().
it.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x83ff, -1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, Number.NaN],
])('float16 %i is %d', (bits, value) => {
  expect(numbers('F16', Uint16Array.of(bits))).toEqual([value]);
});

it.each([
  [0x3f80, 1],
  [0x4049, 3.140625],
  [0x8000, -0],
  [0x0001, 2 ** -133],
  [0xff80, -Infinity],
  [0x7fc0, Number.NaN],
])('bfloat16 %i is %d', (bits, value) => {
  expect(numbers('BF16', Uint16Array.of(bits))).toEqual([value]);
});

it('integers keep their sign', () => {
  expect(numbers('I16', Int16Array.of(-3, 7))).toEqual([-3, 7]);
  expect(numbers('I64', BigInt64Array.of(-5n))).toEqual([-5]);
});
