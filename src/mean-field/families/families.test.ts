import { expect, it } from 'vitest';
import { family as referenceFamily, relativeError } from '../../reference/index.ts';
import { ops, type Tensor } from '../../tensor/index.ts';
import { type FamilyActivation } from './activation.ts';
import {
  samples,
  d,
  count,
  cases,
  type Name,
  type Example,
  example,
  everything,
  parts,
} from './fake-example.ts';

const row = (x: Tensor, i: number): Float64Array =>
  ops.contiguous(ops.select(x, 0, i)).toTypedArray() as Float64Array;

/** Value and derivatives of a family, by the reference's loops over samples and particles. */
function byReference(
  name: Name,
  activation: FamilyActivation,
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
      // The reference has no push-forward in theta, so take one pull-back per entry of the value.
      const move = row(direction.theta, j);
      const moved = Float64Array.from({ length: d }, (_, c) => {
        const unit = new Float64Array(d).fill(1, c, c + 1);
        return f.vjp(x, theta, unit).theta.reduce((sum, g, i) => sum + g * move[i]!, 0);
      });
      addTo(all.pushforward.theta, n * d, moved, w[j]!);
    }
  return all;
}

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

it('a planted fault, the weights of another particle, is detected', () => {
  const one = example('bottleneck', 'tanh');
  const expected = byReference('bottleneck', 'tanh', one);
  const weight = ops.flip(one.particles.weight, [0]);
  const { theta } = one.family.pullback(one.state, { ...one.particles, weight }, one.cotangent, {
    theta: true,
  });
  expect(relativeError(theta!.toArray(), expected.theta)).toBeGreaterThan(0.1);
});
