import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { libraryFacts, native, OperatorError } from '../native/index.ts';
import { tensor, to, zeros } from './create.ts';
import { dtypeBytes, dtypeCode, dtypeOfCode, dtypes, emptyArray } from './dtype.ts';
import * as ops from './operators_generated.ts';
import { scope } from './scope.ts';
import { liveTensorCount, Tensor } from './tensor.ts';

it('a tensor has shape, rank, size, dtype and device', () => {
  scope(() => {
    const x = tensor([1, 2, 3, 4, 5, 6], [3, 2]);
    expect(x).toMatchObject({
      shape: [3, 2],
      rank: 2,
      size: 6,
      dtype: 'f32',
      device: 'cpu',
      disposed: false,
    });
    expect(Object.isFrozen(x.shape)).toBe(true);
    expect(tensor(1)).toMatchObject({ shape: [], rank: 0, size: 1 });
    expect(String(x)).toBe('Tensor(f32[3, 2] on cpu)');
  });
});

it('item returns the only element, and throws for more', () => {
  scope(() => {
    expect(tensor([[2.5]].flat(), [1, 1]).item()).toBe(2.5);
    expect(ops.isfinite(tensor([NaN])).item()).toBe(0);
    expect(to(tensor([1.5]), { dtype: 'bf16' }).item()).toBe(1.5);
    expect(() => tensor([1, 2]).item()).toThrow('item of a tensor with 2 elements');
    expect(() => tensor([]).item()).toThrow(OperatorError);
  });
});

it('a disposed tensor rejects every use with one clear error', () => {
  const x = tensor([1]);
  const y = tensor([2]);
  x.dispose();
  const uses: (() => unknown)[] = [
    () => x.handle,
    () => x.shape,
    () => x.dtype,
    () => x.item(),
    () => x.toTypedArray(),
    () => x.toArray(),
    () => x.viewTypedArray(),
    () => x.requiresGrad,
    () => x.setRequiresGrad(),
    () => ops.relu(x),
    () => ops.add(y, x),
    () => ops.cat([y, x]),
    () => ops.linear(y, y, x),
    () => {
      ops.add_(x, y);
    },
  ];
  for (const use of uses)
    expect(use, String(use)).toThrow(new UsageError('tensor used after it was disposed'));
  expect(x.disposed).toBe(true);
  expect(String(x)).toBe('Tensor(disposed)');
  y.dispose();
});

it('disposing twice does nothing, even if the slot is reused', () => {
  const before = liveTensorCount();
  const x = tensor([1]);
  x.dispose();
  const y = tensor([2]);
  x.dispose();
  expect(y.item()).toBe(2);
  expect(liveTensorCount()).toBe(before + 1);
  y.dispose();
  expect(liveTensorCount()).toBe(before);
});

it('operators reject a disposed tensor whose properties were cached', () => {
  const x = tensor([1, 2]);
  expect(x.shape).toEqual([2]);
  x.dispose();
  expect(() => ops.relu(x)).toThrow(UsageError);
});

it('`using` disposes at the end of its block, even after an exception', () => {
  const before = liveTensorCount();
  let outer: Tensor | undefined;
  expect(() => {
    using x = tensor([1]);
    outer = x;
    using y = ops.relu(x);
    expect(liveTensorCount()).toBe(before + 2);
    ops.mm(x, y);
  }).toThrow(OperatorError);
  expect(outer?.disposed).toBe(true);
  expect(liveTensorCount()).toBe(before);
});

it('a view keeps its base’s memory alive', () => {
  const base = tensor([1, 2, 3, 4], [2, 2]);
  const row = ops.select(base, 0, 1);
  base.dispose();
  expect(row.toArray()).toEqual([3, 4]);
  row.dispose();
});

it('memory lives as long as an array that views it', () => {
  const x = tensor(Float64Array.of(1, 2, 3));
  const array = x.viewTypedArray();
  const again = x.viewTypedArray();
  x.dispose();
  const others = Array.from({ length: 100 }, () => tensor(Float64Array.of(9, 9, 9)));
  expect(array).toEqual(Float64Array.of(1, 2, 3));
  array[0] = 5;
  expect(again[0]).toBe(5);
  for (const other of others) other.dispose();
});

it('the gradient flag can be set on leaves and read', () => {
  scope(() => {
    const x = tensor([1]);
    expect(x.requiresGrad).toBe(false);
    expect(x.setRequiresGrad()).toBe(x);
    expect(x.requiresGrad).toBe(true);
    expect(x.setRequiresGrad(false).requiresGrad).toBe(false);
    expect(() => tensor([1], [1], { dtype: 'i64' }).setRequiresGrad()).toThrow(OperatorError);
  });
});

it('bf16 values are not returned as numbers', () => {
  scope(() => {
    expect(() => to(tensor([1]), { dtype: 'bf16' }).toArray()).toThrow(/convert a bf16 tensor to f32/);
  });
});

it('every dtype has libtorch’s code and width, in both directions', () => {
  scope(() => {
    for (const dtype of dtypes) {
      const x = zeros([3], { dtype });
      expect(x.dtype).toBe(dtype);
      expect(native().tensorMeta(x.handle)[0]).toBe(dtypeCode(dtype));
      expect(dtypeOfCode(dtypeCode(dtype))).toBe(dtype);
      expect(x.toTypedArray().byteLength).toBe(3 * dtypeBytes(dtype));
      expect(emptyArray(dtype, 3).BYTES_PER_ELEMENT).toBe(dtypeBytes(dtype));
    }
  });
  expect(new Set(dtypes.map(dtypeCode)).size).toBe(dtypes.length);
});

it('an unknown dtype is an error with its code', () => {
  const half = native().call(native().operator('aten::zeros', ''), [1], 5) as number;
  const x = new Tensor(half);
  expect(() => x.dtype).toThrow(/unsupported libtorch dtype 5/);
  x.dispose();
});

const { cudaDevices } = libraryFacts();
it.skipIf(cudaDevices === 0)(`tensors move to a GPU and back (${cudaDevices} here)`, () => {
  scope(() => {
    const x = tensor([1, 2, 3], [3], { device: 'cuda' });
    expect(x.device).toBe('cuda:0');
    expect(ops.add(x, x).toArray()).toEqual([2, 4, 6]);
    expect(() => x.viewTypedArray()).toThrow(/on the CPU/);
    expect(to(x, { device: 'cpu' }).toArray()).toEqual([1, 2, 3]);
  });
});

it.skipIf(cudaDevices > 0)('a missing device is an error that names it', () => {
  expect(() => zeros([1], { device: 'cuda' })).toThrow(/aten::zeros\(.*cuda.*\): .*(CUDA|NVIDIA driver)/i);
  expect(() => zeros([1], { device: 'gpu' })).toThrow(OperatorError);
});
