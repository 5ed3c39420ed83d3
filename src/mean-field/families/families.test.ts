import { expect, it } from 'vitest';
import { type ActivationName, family as referenceFamily, relativeError } from '../../reference/index.ts';
import { Generator, liveTensorCount, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { familyActivations, scalarActivation } from './activation.ts';
import { bottleneck } from './bottleneck.ts';
import { customFamily } from './custom.ts';
import type { Direction, Family, Particles, Pullback } from './family.ts';
import { matrix } from './matrix.ts';

const [samples, d, count] = [6, 3, 4];
const names = ['bottleneck', 'matrix'] as const;
const cases = names.flatMap((name) => familyActivations.map((activation) => [name, activation] as const));
type Name = (typeof names)[number];

interface Example {
  readonly family: Family;
  readonly state: Tensor;
  readonly particles: Particles;
  readonly cotangent: Tensor;
  readonly direction: Required<Direction>;
}

function example(name: Name, activation: ActivationName): Example {
  const family = { bottleneck, matrix }[name](activation);
  const generator = new Generator(5);
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const k = family.parameterCount(d);
  return {
    family,
    state: normal(samples, d),
    // Negative weights too: a difference of measures has them.
    particles: { theta: normal(count, k), weight: normal(count) },
    cotangent: normal(samples, d),
    direction: { state: normal(samples, d), theta: normal(count, k), weight: normal(count) },
  };
}

/** The same family, whose derivatives autograd takes. */
function byAutograd(name: Name, activation: ActivationName): Family {
  const s = scalarActivation(activation);
  const sum = (x: Tensor): Tensor => ops.sumDim(x, [-1]);
  const part = (theta: Tensor, from: number, to: number): Tensor => ops.sliceDim(theta, 2, from, to);
  if (name === 'bottleneck')
    return customFamily({
      parameterCount: (size) => 2 * size + 1,
      batched: true,
      value: (x, theta) => {
        const u = ops.add(
          sum(ops.mul(part(theta, d, 2 * d), x)),
          ops.squeeze(part(theta, 2 * d, 2 * d + 1), 2),
        );
        return ops.mul(ops.unsqueeze(s.value(u), 2), part(theta, 0, d));
      },
    });
  return customFamily({
    parameterCount: (size) => size * size,
    value: (x, theta) => s.value(ops.mm(x, ops.transpose(ops.view(theta, [d, d]), 0, 1))),
  });
}

const row = (x: Tensor, i: number): Float64Array =>
  ops.contiguous(ops.select(x, 0, i)).toTypedArray() as Float64Array;

/** All of a family by loops over samples and particles of the reference. */
function byReference(
  name: Name,
  activation: ActivationName,
  { state, particles, cotangent, direction }: Example,
) {
  const f = referenceFamily(name, activation);
  const k = f.parameterCount(d);
  const w = particles.weight.toArray();
  const dw = direction.weight.toArray();
  const all = {
    values: new Float64Array(count * samples * d),
    velocity: new Float64Array(samples * d),
    pushforward: {
      state: new Float64Array(samples * d),
      theta: new Float64Array(samples * d),
      weight: new Float64Array(samples * d),
    },
    state: new Float64Array(samples * d),
    theta: new Float64Array(count * k),
    weight: new Float64Array(count),
  };
  const addTo = (sum: Float64Array, at: number, values: Float64Array, factor: number): void => {
    values.forEach((value, c) => (sum[at + c] = sum[at + c]! + factor * value));
  };
  for (let n = 0; n < samples; n++)
    for (let j = 0; j < count; j++) {
      const [x, theta, q] = [row(state, n), row(particles.theta, j), row(cotangent, n)];
      const value = f.value(x, theta);
      const pulled = f.vjp(x, theta, q);
      addTo(all.values, (j * samples + n) * d, value, 1);
      addTo(all.velocity, n * d, value, w[j]!);
      addTo(all.state, n * d, pulled.x, w[j]!);
      addTo(all.theta, j * k, pulled.theta, w[j]!);
      all.weight[j] = all.weight[j]! + value.reduce((sum, v, c) => sum + v * q[c]!, 0);
      addTo(all.pushforward.state, n * d, f.jvp(x, theta, row(direction.state, n)), w[j]!);
      addTo(all.pushforward.weight, n * d, value, dw[j]!);
      // The reference has no push-forward in theta: one pull-back for each entry of the value.
      const move = row(direction.theta, j);
      const moved = Float64Array.from({ length: d }, (_, c) => {
        const unit = new Float64Array(d).fill(1, c, c + 1);
        return f.vjp(x, theta, unit).theta.reduce((sum, g, i) => sum + g * move[i]!, 0);
      });
      addTo(all.pushforward.theta, n * d, moved, w[j]!);
    }
  return all;
}

const everything = { state: true, theta: true, weight: true } as const;
const parts = ['state', 'theta', 'weight'] as const;

it.each(cases)('%s %s equals the reference to 1e-12', (name, activation) => {
  const one = example(name, activation);
  const { family, state, particles, cotangent, direction } = one;
  const expected = byReference(name, activation, one);
  const near = (actual: Tensor | undefined, wanted: Float64Array): void => {
    expect(wanted.some((x) => x !== 0)).toBe(true);
    expect(relativeError(actual!.toArray(), wanted)).toBeLessThan(1e-12);
  };
  near(family.values(state, particles.theta), expected.values);
  near(family.velocity(state, particles), expected.velocity);
  const pulled = family.pullback(state, particles, cotangent, everything);
  for (const part of parts) {
    near(pulled[part], expected[part]);
    near(family.pushforward(state, particles, { [part]: direction[part] }), expected.pushforward[part]);
  }
  const all = expected.velocity.map((_, i) =>
    parts.reduce((sum, part) => sum + expected.pushforward[part][i]!, 0),
  );
  near(family.pushforward(state, particles, direction), all);
});

it.each(cases)('%s %s equals autograd through its formula to 1e-12', (name, activation) => {
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

it('a planted fault, the weights of another particle, is noticed', () => {
  const one = example('bottleneck', 'tanh');
  const expected = byReference('bottleneck', 'tanh', one);
  const weight = ops.flip(one.particles.weight, [0]);
  const { theta } = one.family.pullback(one.state, { ...one.particles, weight }, one.cotangent, {
    theta: true,
  });
  expect(relativeError(theta!.toArray(), expected.theta)).toBeGreaterThan(0.1);
});

it.each(names)(
  '%s: only what is wanted is computed, nothing moves without a direction, no tensor is left',
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
])('%s: no particles make no velocity, as in a gap of intervals', (_, family) => {
  const { state, cotangent } = example('bottleneck', 'tanh');
  const none = { theta: ops.zeros([0, family.parameterCount(d)], 'f64'), weight: ops.zeros([0], 'f64') };
  const zeros = Array.from({ length: samples * d }, () => 0);
  expect(family.velocity(state, none).toArray()).toEqual(zeros);
  const { state: pulled, theta } = family.pullback(state, none, cotangent, everything);
  expect(pulled!.toArray()).toEqual(zeros);
  expect(theta!.shape).toEqual([0, family.parameterCount(d)]);
});

it('a custom family is called once a particle, or once a slice if batched, and gives the same', () => {
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

it('a custom family need not depend on the state or on theta: the derivatives are 0 there', () => {
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
