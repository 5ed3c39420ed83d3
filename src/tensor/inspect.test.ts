import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { zeros, full, tensor, fromBuffer, to } from './create.ts';
import * as ops from './operators_generated.ts';
import { scope } from './scope.ts';
import { liveTensorCount } from './tensor.ts';

it('console.log shows shape, dtype and the values', () => {
  scope(() => {
    const shown = (x: unknown): string => inspect(x);
    expect(
      shown(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBe('Tensor(f32[2, 2] on cpu) [[1, 2], [3, 4]]');
    expect(shown(tensor(0.1))).toBe('Tensor(f32[] on cpu) 0.1');
    expect(shown(tensor([1 / 3, -0, NaN, -Infinity, 1e-20], { dtype: 'f64' }))).toBe(
      'Tensor(f64[5] on cpu) [0.333333, -0, NaN, -Infinity, 1e-20]',
    );
    expect(shown(fromBuffer(Uint8Array.of(1, 0), [2], 'bool'))).toBe('Tensor(bool[2] on cpu) [true, false]');
    expect(shown(tensor(BigInt64Array.of(2n ** 62n)))).toBe('Tensor(i64[1] on cpu) [4611686018427387904]');
    expect(shown(to(tensor([1.5, -2]), { dtype: 'bf16' }))).toBe('Tensor(bf16[2] on cpu) [1.5, -2]');
    expect(shown(zeros([0, 3]))).toBe('Tensor(f32[0, 3] on cpu) []');
  });
});

it('large tensors show the first values of each dimension, in any memory layout', () => {
  scope(() => {
    const x = ops.view(ops.arange(1000, 'f32'), [10, 100]);
    expect(inspect(x)).toBe(
      'Tensor(f32[10, 100] on cpu) [[0, 1, 2, 3, 4, 5, ...],\n [100, 101, 102, 103, 104, 105, ...],\n [200, 201, 202, 203, 204, 205, ...],\n ...]',
    );
    expect(inspect(ops.transpose(x, 0, 1))).toContain('[[0, 100, 200, 300, 400, 500, ...],\n [1, 101,');
    expect(inspect(full([4, 4, 4, 4], 7)).match(/7/g)).toHaveLength(12);
  });
});

it('a tensor describes itself inside an object and after disposal', () => {
  const x = tensor([1, 2]);
  expect(inspect({ x })).toBe('{ x: Tensor(f32[2] on cpu) [1, 2] }');
  expect(inspect([[[[x]]]])).toContain('[Array]');
  expect(inspect([[[x]]], { depth: 2 })).toContain('Tensor(f32[2] on cpu)');
  x.dispose();
  expect(inspect(x)).toBe('Tensor(disposed)');
});

it('inspecting a tensor creates no tensor and records no gradient', () => {
  const x = ops.arange(100, 'f64').setRequiresGrad();
  const before = liveTensorCount();
  expect(inspect(x)).toContain('[0, 1, 2, 3, 4, 5, ...]');
  expect(liveTensorCount()).toBe(before);
  x.dispose();
});

it('one element converts to a number; more throw instead of giving NaN', () => {
  scope(() => {
    expect(Math.sqrt(tensor([4]) as unknown as number)).toBe(2);
    expect(() => Math.sqrt(tensor([4, 9]) as unknown as number)).toThrow('item of a tensor with 2 elements');
    expect(String(tensor([4]))).toBe('Tensor(f32[1] on cpu)');
  });
});

it('full rejects values that the dtype cannot hold', () => {
  expect(() => full([2], '3' as unknown as number)).toThrow(/expected a number for the value, got "3"/);
  expect(() => full([2], 1.5, { dtype: 'i64' })).toThrow(/expected an integer for the value, got 1.5/);
  expect(() => full([2], 256, { dtype: 'u8' })).toThrow(/<= 255 for the value, got 256/);
});
