import { expect, it } from 'vitest';
import { tensor, zeros } from './create.ts';
import * as ops from './operators_generated.ts';
import { parseSchema, trace } from './trace.ts';

it('a trace has the operators from input to output; all else is a constant', () => {
  const weight = tensor([1, 2, 3]);
  const { operators, output } = trace(
    (x) => {
      const scaled = ops.mul(x, ops.addScalar(weight, 1));
      ops.relu_(scaled);
      return ops.add(scaled, x, 2);
    },
    zeros([2, 3]),
  );
  expect(operators.map(({ name }) => name)).toEqual(['aten::mul.Tensor', 'aten::relu_', 'aten::add.Tensor']);
  expect(Object.fromEntries(operators[0]!.arguments)).toEqual({
    self: { value: 0, shape: [2, 3] },
    other: { dtype: 'f32', shape: [3], data: Float32Array.of(2, 3, 4) },
  });
  expect(operators[1]!.arguments.get('self')).toEqual({ value: 1, shape: [2, 3] });
  expect(Object.fromEntries(operators[2]!.arguments)).toEqual({
    self: { value: 2, shape: [2, 3] },
    other: { value: 0, shape: [2, 3] },
    alpha: 2,
  });
  expect(output).toBe(3);
});

it('a constant has the values that it had when it was used', () => {
  const factor = tensor([2]);
  const { operators } = trace(
    (x) => {
      const first = ops.mul(x, factor);
      ops.mulScalar_(factor, 5);
      return ops.mul(first, factor);
    },
    zeros([1]),
  );
  const used = operators.map((one) => one.arguments.get('other'));
  expect(used).toMatchObject([{ data: Float32Array.of(2) }, { data: Float32Array.of(10) }]);
});

it('a view that changes in place cannot be traced, whether it depends on the input or not', () => {
  const x = zeros([2, 2]);
  const intoView = (y: typeof x) => {
    ops.relu_(ops.select(y, 0, 1));
    return y;
  };
  expect(() => trace((input) => intoView(ops.mulScalar(input, 1)), x)).toThrow('in place');
  const intoBuffer = (y: typeof x) => {
    const buffer = zeros([2, 2]);
    ops.add_(ops.select(buffer, 0, 1), ops.select(y, 0, 1));
    return buffer;
  };
  expect(() => trace(intoBuffer, x)).toThrow('in place');
});

it('schemas are parsed: names, tensors, views and changes in place', () => {
  const add = 'aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)';
  expect(parseSchema(add)).toEqual({
    parameters: [
      { name: 'self', kind: 'tensor' },
      { name: 'other', kind: 'tensor' },
      { name: 'alpha', kind: 'plain' },
    ],
    isView: false,
    inPlace: true,
  });
  const unbind = parseSchema('aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]');
  expect(unbind).toMatchObject({ isView: true, inPlace: false, parameters: [{ kind: 'tensor' }, {}] });
  const cat = parseSchema('aten::cat(Tensor[] tensors, int[2] dim=[1, 1]) -> Tensor');
  expect(cat.parameters).toEqual([
    { name: 'tensors', kind: 'tensors' },
    { name: 'dim', kind: 'plain' },
  ]);
});
