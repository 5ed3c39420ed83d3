import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { OperatorError } from '../native/index.ts';
import { full, ones, tensor, fromBuffer, to, zeros } from './create.ts';
import { type DType, type NumericArray, dtypes } from './dtype.ts';
import * as ops from './operators_generated.ts';
import { scope } from './scope.ts';

const samples: Record<DType, NumericArray> = {
  f32: Float32Array.of(1.5, -2, 3, 0),
  f64: Float64Array.of(1 / 3, -2, 1e300, 0),
  bf16: Uint16Array.of(0x3fc0, 0xc000, 0x4040, 0x8000),
  i64: BigInt64Array.of(2n ** 62n, -2n, 3n, 0n),
  u8: Uint8Array.of(255, 1, 2, 0),
  bool: Uint8Array.of(1, 0, 1, 1),
};

describe.each(dtypes)('%s', (dtype) => {
  it('round-trips unchanged', () => {
    scope(() => {
      const data = samples[dtype];
      const made = dtype === 'bool' ? fromBuffer(data, [2, 2], 'bool') : tensor(data, [2, 2]);
      expect(made.dtype).toBe(dtype);
      expect(made.shape).toEqual([2, 2]);
      expect(made.toTypedArray()).toEqual(data);
    });
  });

  it('is read row-major in any memory layout', () => {
    scope(() => {
      const turned = ops.transpose(fromBuffer(samples[dtype], [2, 2], dtype), 0, 1);
      const [a, b, c, d] = samples[dtype];
      expect([...turned.toTypedArray()]).toEqual([a, c, b, d]);
    });
  });

  it('shares memory with its source array and its view', () => {
    scope(() => {
      const data = samples[dtype].slice();
      const shared = fromBuffer(data, [4], dtype);
      const view = shared.viewTypedArray();
      expect(view).toEqual(data);
      [data[0], data[1]] = [data[1] as never, data[0] as never];
      expect(view).toEqual(data);
      expect(shared.toTypedArray()).toEqual(data);
      view.fill(samples[dtype][3] as never);
      expect(data.every((value) => value === data[0])).toBe(true);
    });
  });

  it('has an empty tensor, with an empty view', () => {
    scope(() => {
      const empty = zeros([0, 3], { dtype });
      expect(empty.size).toBe(0);
      expect(empty.toTypedArray()).toHaveLength(0);
      expect(empty.viewTypedArray()).toHaveLength(0);
      expect(fromBuffer(samples[dtype].slice(0, 0), [0], dtype).shape).toEqual([0]);
    });
  });
});

it('a tensor owns a copy of its data', () => {
  scope(() => {
    const data = Float32Array.of(1, 2);
    const made = tensor(data);
    data[0] = 9;
    expect(made.toArray()).toEqual([1, 2]);
    const out = made.toTypedArray();
    out[1] = 9;
    expect(made.toArray()).toEqual([1, 2]);
  });
});

it('part of an array is taken at its offset', () => {
  scope(() => {
    const data = Float32Array.of(0, 1, 2, 3);
    expect(tensor(data.subarray(1, 3)).toArray()).toEqual([1, 2]);
    const shared = fromBuffer(data.subarray(2), [2]);
    ops.fill_(shared, 7);
    expect([...data]).toEqual([0, 1, 7, 7]);
    expect(ops.select(tensor([1, 2, 3, 4], [2, 2]), 0, 1).viewTypedArray()).toEqual(Float32Array.of(3, 4));
  });
});

it('bf16 keeps the upper half of f32, rounded to even', () => {
  scope(() => {
    const bits = (value: number): unknown => to(tensor([value]), { dtype: 'bf16' }).toTypedArray()[0];
    expect(bits(1)).toBe(0x3f80);
    expect(bits(-2)).toBe(0xc000);
    expect(bits(1 + 2 ** -8)).toBe(0x3f80);
    expect(bits(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(bits(Infinity)).toBe(0x7f80);
    const back = to(tensor(Uint16Array.of(0x3f81, 0x8000)), { dtype: 'f32' }).toArray();
    expect(back[0]).toBe(1 + 2 ** -7);
    expect(Object.is(back[1], -0)).toBe(true);
  });
});

it('numbers become f32 unless another dtype is given', () => {
  scope(() => {
    expect(tensor([1, 2]).dtype).toBe('f32');
    expect(tensor(3).shape).toEqual([]);
    expect(tensor([1, 2], [2], { dtype: 'i64' }).toTypedArray()).toEqual(BigInt64Array.of(1n, 2n));
    expect(tensor([0.1], [1], { dtype: 'f64' }).item()).toBe(0.1);
    expect(tensor([0, 2, -1], [3], { dtype: 'bool' }).toTypedArray()).toEqual(Uint8Array.of(0, 1, 1));
    expect(tensor(Float64Array.of(0.1), [1], { dtype: 'f32' }).item()).toBe(Math.fround(0.1));
  });
});

it('values that a dtype cannot hold are rejected', () => {
  for (const [value, dtype] of [
    [1.5, 'i64'],
    [2 ** 60, 'i64'],
    [NaN, 'i64'],
    [256, 'u8'],
    [-1, 'u8'],
    [0.5, 'u8'],
  ] as const)
    expect(() => tensor([value], [1], { dtype }), `${value} as ${dtype}`).toThrow(UsageError);
  expect(() => tensor([1], [1], { dtype: 'f16' as DType })).toThrow(/unknown dtype "f16"/);
});

it('data must fit the shape', () => {
  expect(() => tensor([1, 2, 3], [2, 2])).toThrow('shape [2, 2] needs 4 values, got 3');
  expect(() => tensor([1], [-1])).toThrow(UsageError);
  expect(() => fromBuffer(new Float32Array(3), [2, 2])).toThrow(/need 16 bytes, the array has 12/);
  expect(() => fromBuffer(new Float32Array(3), [3], 'f64')).toThrow(OperatorError);
  expect(() => fromBuffer(new Float32Array(0), [2 ** 32, 2 ** 32])).toThrow(/too large/);
});

it('a misaligned array is not shared', () => {
  const bytes = new Uint8Array(9);
  expect(() => fromBuffer(bytes.subarray(1), [1], 'f64')).toThrow(
    /does not start at a multiple of .* 8 bytes/,
  );
});

it('only contiguous CPU tensors can be viewed', () => {
  scope(() => {
    const turned = ops.transpose(tensor([1, 2, 3, 4], [2, 2]), 0, 1);
    expect(() => turned.viewTypedArray()).toThrow(/only a contiguous tensor/);
  });
});

it('zeros, ones and full take dtype and shape', () => {
  scope(() => {
    expect(zeros([2]).toArray()).toEqual([0, 0]);
    expect(ones([2], { dtype: 'i64' }).toTypedArray()).toEqual(BigInt64Array.of(1n, 1n));
    expect(full([1], 2.5, { dtype: 'f64' }).item()).toBe(2.5);
  });
});

it('converting to the same dtype and device shares the tensor', () => {
  scope(() => {
    const base = tensor([1, 2]);
    const same = to(base, { dtype: 'f32', device: 'cpu' });
    ops.fill_(base, 5);
    expect(same.toArray()).toEqual([5, 5]);
    expect(to(base, { dtype: 'f64' }).dtype).toBe('f64');
  });
});

it('unknown options and invalid shapes are rejected', () => {
  const options = { dytpe: 'f64' } as unknown as { dtype: DType };
  for (const [name, act] of Object.entries({
    tensor: () => tensor([1], options),
    zeros: () => zeros([1], options),
    ones: () => ones([1], options),
    full: () => full([1], 2, options),
    to: () => scope(() => to(tensor([1]), options)),
  }))
    expect(act).toThrow(`unknown option dytpe of ${name}: did you mean dtype?`);
  expect(() => zeros([1], 'f65' as never)).toThrow('unknown dtype "f65": did you mean f64?');
  expect(() => zeros([1], 64 as never)).toThrow('expected an object for the options of zeros, got 64');
  expect(() => ones([2.5])).toThrow('expected a shape for shape, got [2.5]');
  expect(() => full(2 as unknown as number[], 1)).toThrow('expected a shape for shape, got 2');
});
