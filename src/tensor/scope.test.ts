import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { tensor } from './create.ts';
import { enableGrad, grad, noGrad } from './autograd.ts';
import * as ops from './operators_generated.ts';
import { keep, scope } from './scope.ts';
import { liveTensorCount, type Tensor } from './tensor.ts';

it('a scope frees what it does not return', () => {
  const before = liveTensorCount();
  let inner: Tensor | undefined;
  const result = scope(() => {
    inner = tensor([1, 2]);
    return ops.sum(ops.exp(inner));
  });
  expect(inner?.disposed).toBe(true);
  expect(result.disposed).toBe(false);
  expect(liveTensorCount()).toBe(before + 1);
  result.dispose();
  expect(liveTensorCount()).toBe(before);
});

it('tensors in arrays, maps, sets and plain objects at any depth are returned alive', () => {
  const before = liveTensorCount();
  const result = scope(() => {
    tensor([0]);
    const bare = Object.setPrototypeOf({ z: tensor([6]) }, null) as { z: Tensor };
    return {
      list: [tensor([1]), [tensor([2])]] as [Tensor, [Tensor]],
      map: new Map([['a', { deep: tensor([3]) }]]),
      set: new Set([tensor([4])]),
      pair: { x: tensor([5]), n: 1, text: 'x', none: null, missing: undefined },
      bare,
    };
  });
  const all = [
    result.list[0],
    result.list[1][0],
    result.map.get('a')?.deep,
    [...result.set][0],
    result.pair.x,
    result.bare.z,
  ];
  expect(all.map((one) => one?.item())).toEqual([1, 2, 3, 4, 5, 6]);
  expect(liveTensorCount()).toBe(before + 6);
  for (const one of all) one?.dispose();
});

it('class instances are not searched for tensors', () => {
  class Box {
    readonly inside = tensor([1]);
  }
  expect(scope(() => new Box()).inside.disposed).toBe(true);
});

it('the result of a nested scope moves to the enclosing one', () => {
  const before = liveTensorCount();
  let middle: Tensor | undefined;
  const value = scope(() => {
    middle = scope(() => {
      const x = tensor([3]);
      return scope(() => ops.mul(x, x));
    });
    expect(middle.item()).toBe(9);
    expect(liveTensorCount()).toBe(before + 1);
    return middle.item();
  });
  expect(value).toBe(9);
  expect(middle?.disposed).toBe(true);
  expect(liveTensorCount()).toBe(before);
});

it('an exception frees everything created inside, in nested scopes too, and propagates', () => {
  const before = liveTensorCount();
  const failure = new Error('from inside');
  expect(() =>
    scope(() => {
      tensor([1]);
      return scope(() => {
        tensor([2]);
        throw failure;
      });
    }),
  ).toThrow(failure);
  expect(liveTensorCount()).toBe(before);
  const after = tensor([1]);
  scope(() => undefined);
  expect(after.disposed).toBe(false);
  after.dispose();
});

it('a tensor from outside stays alive, returned or not', () => {
  const x = tensor([1]);
  expect(scope(() => x)).toBe(x);
  scope(() => ops.exp(x).item());
  expect(x.disposed).toBe(false);
  x.dispose();
});

it('a tensor disposed inside is not freed again', () => {
  const before = liveTensorCount();
  const result = scope(() => {
    const x = tensor([1]);
    const y = ops.exp(x);
    x.dispose();
    const z = tensor([5]);
    y.dispose();
    return [x, z] as const;
  });
  expect(result[0].disposed).toBe(true);
  expect(result[1].item()).toBe(5);
  result[1].dispose();
  expect(liveTensorCount()).toBe(before);
});

it('a kept tensor survives all scopes until it is disposed', () => {
  const before = liveTensorCount();
  let kept: Tensor | undefined;
  scope(() => {
    scope(() => {
      kept = keep(tensor([7]));
      keep({ pair: [tensor([8])] }).pair[0]?.dispose();
    });
    expect(kept?.item()).toBe(7);
  });
  expect(kept?.item()).toBe(7);
  expect(liveTensorCount()).toBe(before + 1);
  kept?.dispose();
  expect(liveTensorCount()).toBe(before);
});

it('a kept and returned tensor is freed once, by its keeper', () => {
  const x = scope(() => scope(() => keep(tensor([1]))));
  expect(x.item()).toBe(1);
  x.dispose();
});

it('an asynchronous body is rejected, and its tensors are freed', () => {
  const before = liveTensorCount();
  expect(() =>
    scope(async () => {
      tensor([1]);
      await Promise.resolve();
    }),
  ).toThrow(new UsageError('the body of a scope must be synchronous'));
  expect(() => scope(() => ({ then: () => undefined }))).toThrow(UsageError);
  expect(liveTensorCount()).toBe(before);
});

it.each([scope, noGrad, enableGrad])('the rest of an asynchronous body of %o fails silently', async (run) => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => {
    rejections.push(reason);
  };
  process.on('unhandledRejection', onRejection);
  try {
    expect(() =>
      run(async () => {
        await Promise.resolve();
        throw new Error('later');
      }),
    ).toThrow('must be synchronous');
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejections).toEqual([]);
  } finally {
    process.off('unhandledRejection', onRejection);
  }
});

it('objects, arrays, maps and sets of another realm are searched for tensors', () => {
  const before = liveTensorCount();
  const make = runInNewContext(
    '(a, b, c, d) => ({ a, list: [b], map: new Map([[1, c]]), set: new Set([d]) })',
  ) as (...all: Tensor[]) => { a: Tensor; list: [Tensor]; map: Map<number, Tensor>; set: Set<Tensor> };
  const { a, list, map, set } = scope(() => make(tensor([1]), tensor([2]), tensor([3]), tensor([4])));
  const all = [a, list[0], map.get(1)!, [...set][0]!];
  expect(all.map((one) => one.item())).toEqual([1, 2, 3, 4]);
  for (const one of all) one.dispose();
  expect(liveTensorCount()).toBe(before);
});

it('other values pass through a scope unchanged', () => {
  expect(scope(() => 5)).toBe(5);
  expect(scope<unknown>(() => undefined)).toBeUndefined();
  expect(scope(() => null)).toBeNull();
  const array = new Float32Array(2);
  expect(scope(() => array)).toBe(array);
});

it('the live-tensor count stays constant over steps that compute, differentiate and update', () => {
  const weight = tensor([0.5, -0.5]).setRequiresGrad();
  const step = (): number =>
    scope(() => {
      const loss = ops.sum(ops.tanh(ops.mul(weight, weight)));
      const gradients = grad(loss, [weight]);
      return ops.sum(ops.cat([weight, ...gradients])).item();
    });
  step();
  const before = liveTensorCount();
  for (let i = 0; i < 50; i++) {
    step();
    expect(liveTensorCount()).toBe(before);
  }
  weight.dispose();
});
