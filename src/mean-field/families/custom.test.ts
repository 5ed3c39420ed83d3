import { expect, it } from 'vitest';
import { relativeError } from '../../reference/index.ts';
import { liveTensorCount, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { customFamily } from './custom.ts';
import { type Pullback } from './family.ts';
import { samples, d, names, cases, example, byAutograd, everything, parts } from './fake-example.ts';

it.each(cases)('%s %s equals autograd of its formula to 1e-12', (name, activation) => {
  const { family, state, particles, cotangent, direction } = example(name, activation);
  const other = byAutograd(name, activation);
  const near = (actual: Tensor, wanted: Tensor): void => {
    expect(actual.shape).toEqual(wanted.shape);
    expect(relativeError(actual.toArray(), wanted.toArray())).toBeLessThan(1e-12);
  };
  near(family.values(state, particles.theta), other.values(state, particles.theta));
  near(family.velocity(state, particles), other.velocity(state, particles));
  const [ours, theirs] = [family, other].map((f) => f.pullback(state, particles, cotangent, everything));
  for (const part of parts) {
    near(ours![part]!, theirs![part]!);
    const only = { [part]: direction[part] };
    near(family.pushforward(state, particles, only), other.pushforward(state, particles, only));
  }
  near(family.pushforward(state, particles, direction), other.pushforward(state, particles, direction));
});

it.each(names)(
  '%s: computes only what is requested, is zero without a direction, leaks no tensors',
  (name) => {
    const { family, state, particles, cotangent, direction } = example(name, 'tanh');
    for (const f of [family, byAutograd(name, 'tanh')]) {
      const given = (pulled: Pullback): string[] => parts.filter((part) => pulled[part]);
      scope(() => {
        for (const part of parts)
          expect(given(f.pullback(state, particles, cotangent, { [part]: true }))).toEqual([part]);
        expect(given(f.pullback(state, particles, cotangent, {}))).toEqual([]);
        expect(f.pushforward(state, particles, {}).toArray()).toEqual(
          Array.from({ length: samples * d }, () => 0),
        );
      });
      scope(() => {
        const before = liveTensorCount();
        f.velocity(state, particles).dispose();
        f.values(state, particles.theta).dispose();
        f.pushforward(state, particles, direction).dispose();
        f.pullback(state, particles, cotangent, { theta: true }).theta!.dispose();
        expect(liveTensorCount()).toBe(before);
      });
    }
  },
);

it.each([
  ...names.map((name) => [name, example(name, 'tanh').family] as const),
  ...names.map((name) => [`${name} by autograd`, byAutograd(name, 'tanh')] as const),
])('%s: without particles the velocity is 0, as in a gap between intervals', (_, family) => {
  const { state, cotangent } = example('bottleneck', 'tanh');
  const none = { theta: ops.zeros([0, family.parameterCount(d)], 'f64'), weight: ops.zeros([0], 'f64') };
  const zeros = Array.from({ length: samples * d }, () => 0);
  expect(family.velocity(state, none).toArray()).toEqual(zeros);
  const { state: pulled, theta } = family.pullback(state, none, cotangent, everything);
  expect(pulled!.toArray()).toEqual(zeros);
  expect(theta!.shape).toEqual([0, family.parameterCount(d)]);
});

it('a custom family gives the same result called once per particle, or once per slice if batched', () => {
  let calls = 0;
  const value = (x: Tensor, theta: Tensor): Tensor => {
    calls++;
    return ops.mul(ops.tanh(x), theta);
  };
  const [single, batched] = [false, true].map((all) =>
    customFamily({ name: 'scale', parameterCount: d, value, batched: all }),
  );
  const { state } = example('bottleneck', 'tanh');
  const theta = tensor([1, 2, 3, -1, 0.5, 0], [2, d], { dtype: 'f64' });
  noGrad(() => {
    const one = single!.values(state, theta).toArray();
    expect(calls).toBe(2);
    expect(batched!.values(state, theta).toArray()).toEqual(one);
    expect(calls).toBe(3);
  });
  expect(single!.parameterCount(99)).toBe(d);
});

it('a custom family may ignore the state or theta: those derivatives are 0', () => {
  const { state, cotangent } = example('bottleneck', 'tanh');
  const particles = {
    theta: tensor([1, 2, 3, -1, 0.5, 0], [2, d], { dtype: 'f64' }),
    weight: ops.ones([2], 'f64'),
  };
  const still = customFamily({ parameterCount: d, value: (x, theta) => ops.expand(theta, x.shape) });
  const pulled = still.pullback(state, particles, cotangent, everything);
  expect(pulled.state!.toArray().every((x) => x === 0)).toBe(true);
  expect(pulled.theta!.toArray()).toEqual([0, 1].flatMap(() => ops.sumDim(cotangent, [0]).toArray()));
  expect(
    still
      .pushforward(state, particles, { state })
      .toArray()
      .every((x) => x === 0),
  ).toBe(true);
  const fixed = customFamily({ parameterCount: d, value: (x) => ops.tanh(x) });
  expect(fixed.pullback(state, particles, cotangent, { theta: true }).theta!.toArray()).toEqual([
    0, 0, 0, 0, 0, 0,
  ]);
  expect(
    fixed
      .pushforward(state, particles, { theta: particles.theta })
      .toArray()
      .every((x) => x === 0),
  ).toBe(true);
});
