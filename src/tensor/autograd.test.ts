import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { OperatorError } from '../native/index.ts';
import { enableGrad, grad, noGrad } from './autograd.ts';
import { ones, tensor, to } from './create.ts';
import { Generator } from './generator.ts';
import * as ops from './operators_generated.ts';
import { scope } from './scope.ts';
import { liveTensorCount, type Tensor } from './tensor.ts';

const f64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));
const leaf = (...values: number[]): Tensor => f64(...values).setRequiresGrad();

function only(tensors: Tensor[]): Tensor {
  const [first] = tensors;
  if (!first || tensors.length > 1) throw new Error(`expected one tensor, got ${tensors.length}`);
  return first;
}

function expectClose(found: readonly number[], wanted: readonly number[], digits = 12): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] ?? NaN, digits);
  });
}

const points = [-1.5, -0.25, 0.3, 2];

it.each<[string, (x: Tensor) => Tensor, (x: number) => number]>([
  ['tanh', (x) => ops.tanh(x), (x) => 1 - Math.tanh(x) ** 2],
  ['exp', (x) => ops.exp(x), Math.exp],
  ['relu', (x) => ops.relu(x), (x) => (x > 0 ? 1 : 0)],
  ['softplus', (x) => ops.softplus(x), (x) => 1 / (1 + Math.exp(-x))],
  ['erf', (x) => ops.erf(x), (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)],
  ['x^3', (x) => ops.pow(x, 3), (x) => 3 * x * x],
  ['x^2 e^x', (x) => ops.mul(ops.mul(x, x), ops.exp(x)), (x) => (2 * x + x * x) * Math.exp(x)],
])('the gradient of sum %s matches calculus', (_, f, derivative) => {
  scope(() => {
    const x = leaf(...points);
    expectClose(only(grad(ops.sum(f(x)), [x])).toArray(), points.map(derivative));
  });
});

it('the gradient of a matrix product with respect to both factors', () => {
  scope(() => {
    const a = tensor(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]).setRequiresGrad();
    const b = tensor(Float64Array.of(1, -1, 2, 0, 3, 1), [3, 2]).setRequiresGrad();
    const [da, db] = grad(ops.sum(ops.mm(a, b)), [a, b]);
    // d sum(AB) = 1 B^T, A^T 1
    expect(da?.toArray()).toEqual([0, 2, 4, 0, 2, 4]);
    expect(db?.toArray()).toEqual([5, 5, 7, 7, 9, 9]);
  });
});

it('the gradient of a convolution agrees with central differences', () => {
  scope(() => {
    const generator = new Generator(3);
    const x = generator.normal([2, 3, 5, 5], 'f64');
    const w = generator.normal([4, 3, 3, 3], 'f64').setRequiresGrad();
    const loss = (kernel: Tensor): Tensor => ops.sum(ops.tanh(ops.conv2d(x, kernel, null, [2, 2], [1, 1])));
    const gradient = only(grad(loss(w), [w])).toArray();
    const values = w.toArray();
    const at = (i: number, h: number): number => {
      const moved = Float64Array.from(values);
      moved[i] = (moved[i] ?? 0) + h;
      return loss(tensor(moved, [4, 3, 3, 3])).item();
    };
    for (const i of [0, 17, 53, 107]) expect(gradient[i]).toBeCloseTo((at(i, 1e-5) - at(i, -1e-5)) / 2e-5, 7);
    generator.dispose();
  });
});

it('gradients are returned in the order of the inputs', () => {
  scope(() => {
    const [x, y, z] = [leaf(1), leaf(2), leaf(3)];
    const product = ops.mul(ops.mul(x, y), z);
    expect(grad(product, [z, x, y]).map((one) => one.item())).toEqual([2, 6, 3]);
  });
});

it('the gradient of a gradient, if the first created a graph', () => {
  scope(() => {
    const x = leaf(...points);
    const first = only(grad(ops.sum(ops.pow(x, 4)), [x], { createGraph: true }));
    const second = only(grad(ops.sum(first), [x], { createGraph: true }));
    const third = only(grad(ops.sum(second), [x]));
    expectClose(
      first.toArray(),
      points.map((p) => 4 * p ** 3),
    );
    expectClose(
      second.toArray(),
      points.map((p) => 12 * p ** 2),
    );
    expectClose(
      third.toArray(),
      points.map((p) => 24 * p),
    );
    expect(first.requiresGrad).toBe(true);
    expect(third.requiresGrad).toBe(false);
  });
});

it('grad frees the graph unless it is retained', () => {
  scope(() => {
    const x = leaf(2);
    const y = ops.exp(x);
    const first = only(grad(y, [x], { retainGraph: true })).item();
    expect(only(grad(y, [x])).item()).toBe(first);
    expect(() => grad(y, [x])).toThrow(/backward through the graph a second time/);
    expect(() => grad(y, [x])).toThrow(OperatorError);
  });
});

it('createGraph retains the graph by default', () => {
  scope(() => {
    const x = leaf(2);
    const y = ops.exp(x);
    const first = only(grad(y, [x], { createGraph: true }));
    expect(only(grad(y, [x])).item()).toBe(first.item());
    const z = ops.exp(x);
    grad(z, [x], { createGraph: true, retainGraph: false });
    expect(() => grad(z, [x])).toThrow(/a second time/);
  });
});

it('an input that the output does not depend on is named, and nothing leaks', () => {
  scope(() => {
    const [x, unused] = [leaf(1), leaf(1, 2)];
    const y = ops.exp(x);
    const before = liveTensorCount();
    expect(() => grad(y, [x, unused])).toThrow(
      new UsageError('the output does not depend on input 1 of grad (Tensor(f64[2] on cpu))'),
    );
    expect(liveTensorCount()).toBe(before);
  });
});

it('an input without the gradient flag is named', () => {
  scope(() => {
    const [x, plain] = [leaf(1), tensor([1, 2])];
    expect(() => grad(ops.exp(x), [x, plain])).toThrow('grad: input 1 (f32[2]) does not require a gradient');
  });
});

it('an output that recorded nothing is an error with its shape', () => {
  scope(() => {
    const x = leaf(1);
    const y = noGrad(() => ops.exp(x));
    expect(() => grad(y, [x])).toThrow(/^grad of f64\[1\] with respect to 1 inputs: .*does not require grad/);
  });
});

it('cotangents weight several outputs', () => {
  scope(() => {
    const x = leaf(1, 2);
    const y = ops.mul(x, x);
    expect(only(grad(y, [x], { cotangents: [f64(10, 100)], retainGraph: true })).toArray()).toEqual([
      20, 400,
    ]);
    const z = ops.mulScalar(x, 3);
    expect(only(grad([y, z], [x], { cotangents: [f64(1, 1), f64(2, 0)] })).toArray()).toEqual([2 + 6, 4]);
  });
});

it('an output of several elements needs a cotangent of its shape', () => {
  scope(() => {
    const x = leaf(1, 2);
    expect(() => grad(ops.exp(x), [x])).toThrow(/implicitly created only for scalar outputs/);
    expect(() => grad(ops.exp(x), [x], { cotangents: [f64(1, 1, 1)] })).toThrow(OperatorError);
    expect(() => grad([ops.exp(x), ops.exp(x)], [x], { cotangents: [f64(1, 1)] })).toThrow(OperatorError);
  });
});

it('noGrad and enableGrad nest and end with their bodies', () => {
  scope(() => {
    const x = leaf(1);
    const recorded = (): boolean => ops.exp(x).requiresGrad;
    expect(recorded()).toBe(true);
    const seen = noGrad(() => {
      const inside = [recorded()];
      inside.push(enableGrad(() => [recorded(), noGrad(recorded), recorded()]).every(Boolean));
      inside.push(enableGrad(recorded));
      inside.push(recorded());
      return inside;
    });
    expect(seen).toEqual([false, false, true, false]);
    expect(recorded()).toBe(true);
  });
});

it('the modes end when their bodies throw or are asynchronous', () => {
  scope(() => {
    const x = leaf(1);
    const failure = new Error('inside');
    const thrower = (): never => {
      throw failure;
    };
    expect(() => noGrad(thrower)).toThrow(failure);
    expect(ops.exp(x).requiresGrad).toBe(true);
    noGrad(() => {
      expect(() => enableGrad(thrower)).toThrow(failure);
      expect(ops.exp(x).requiresGrad).toBe(false);
    });
    expect(() => noGrad(() => Promise.resolve(1))).toThrow(
      new UsageError('the body of noGrad must be synchronous'),
    );
    expect(() => enableGrad(() => Promise.resolve(1))).toThrow(/enableGrad must be synchronous/);
    expect(ops.exp(x).requiresGrad).toBe(true);
  });
});

it('a detached tensor cuts the graph', () => {
  scope(() => {
    const x = leaf(3);
    expect(only(grad(ops.mul(x, ops.detach(x)), [x])).item()).toBe(3);
  });
});

it('gradients pass through conversions of dtype', () => {
  scope(() => {
    const x = tensor([1, 2]).setRequiresGrad();
    const gradient = only(grad(ops.sum(ops.pow(to(x, { dtype: 'f64' }), 2)), [x]));
    expect(gradient.dtype).toBe('f32');
    expect(gradient.toArray()).toEqual([2, 4]);
  });
});

it('an in-place operator on a leaf is rejected while recording, and allowed otherwise', () => {
  scope(() => {
    const x = leaf(1);
    expect(() => {
      ops.add_(x, ones([1], { dtype: 'f64' }));
    }).toThrow(/^aten::add_\.Tensor\(f64\[1\], f64\[1\]\): .*leaf/);
    noGrad(() => {
      ops.add_(x, ones([1], { dtype: 'f64' }));
    });
    expect(x.item()).toBe(2);
  });
});
