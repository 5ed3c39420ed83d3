import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { autocast } from './autocast.ts';
import { grad, noGrad } from './autograd.ts';
import { ones } from './create.ts';
import type { DType } from './dtype.ts';
import * as ops from './operators_generated.ts';
import { scope } from './scope.ts';

/** The dtype of the convolution of f32 tensors in the current mode. */
const convolved = (): DType =>
  scope(() => ops.conv2d(ones([1, 3, 4, 4]), ones([2, 3, 1, 1]), null, [1, 1], [0, 0]).dtype);

it('convolutions and products of f32 return bf16 inside, f32 outside', () => {
  expect(convolved()).toBe('f32');
  autocast('cpu', 'bf16', () => {
    expect(convolved()).toBe('bf16');
    scope(() => {
      expect(ops.mm(ones([2, 2]), ones([2, 2])).dtype).toBe('bf16');
      expect(ops.add(ones([2]), ones([2])).dtype).toBe('f32');
    });
  });
  expect(convolved()).toBe('f32');
});

it('is off after an exception, and after an asynchronous body is rejected', () => {
  const failure = new Error('inside');
  expect(() =>
    autocast('cpu', 'bf16', () => {
      throw failure;
    }),
  ).toThrow(failure);
  expect(convolved()).toBe('f32');
  expect(() => autocast('cpu', 'bf16', () => Promise.resolve(1))).toThrow(UsageError);
  expect(convolved()).toBe('f32');
});

it('stays on after an inner call ends', () => {
  autocast('cpu', 'bf16', () => {
    autocast('cpu', 'bf16', () => undefined);
    expect(convolved()).toBe('bf16');
    expect(() =>
      autocast('cpu', 'bf16', () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(convolved()).toBe('bf16');
  });
  expect(convolved()).toBe('f32');
});

it('gradients of f32 weights are f32', () => {
  scope(() => {
    const weight = ones([2, 3]).setRequiresGrad();
    const loss = autocast('cpu', 'bf16', () => ops.sum(ops.linear(ones([4, 3]), weight)));
    const [gradient] = grad(loss, [weight]);
    expect(gradient?.dtype).toBe('f32');
    expect(gradient?.toArray()).toEqual([4, 4, 4, 4, 4, 4]);
  });
});

it('a pass under noGrad does not detach weights from a later gradient', () => {
  scope(() => {
    const weight = ones([2, 3]).setRequiresGrad();
    const loss = autocast('cpu', 'bf16', () => {
      noGrad(() => ops.linear(ones([4, 3]), weight));
      return ops.sum(ops.linear(ones([4, 3]), weight));
    });
    expect(grad(loss, [weight])[0]?.toArray()).toEqual([4, 4, 4, 4, 4, 4]);
  });
});

it('a weight that changes between two calls is cast again', () => {
  scope(() => {
    const weight = ones([1, 1]).setRequiresGrad();
    const x = ones([1, 1]);
    const run = (): number => autocast('cpu', 'bf16', () => ops.linear(x, weight).item());
    expect(run()).toBe(1);
    noGrad(() => {
      ops.mulScalar_(weight, 3);
    });
    expect(run()).toBe(3);
  });
});

it('an unknown dtype is rejected', () => {
  expect(() => autocast('cpu', 'half' as DType, () => 1)).toThrow(/unknown dtype "half"/);
  expect(convolved()).toBe('f32');
});
