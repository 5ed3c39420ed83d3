import { expect, it } from 'vitest';
import { activations } from '../../reference/index.ts';
import { enableGrad, grad, ops, scope, tensor } from '../../tensor/index.ts';
import { familyActivations, scalarActivation } from './activation.ts';

const points = [-700, -40, -20.5, -6, -2.5, -1, -0.3, -1e-9, 0, 1e-9, 0.2, 0.7, 1.9, 5, 19.9, 20.1, 38, 700];

it.each(familyActivations)('%s: value and slope equal the reference, from -700 to 700', (name) => {
  const s = scalarActivation(name);
  const u = tensor(points, undefined, { dtype: 'f64' });
  const value = s.value(u);
  const slope = s.slope(u, value);
  points.forEach((x, i) => {
    const expected = activations[name];
    const size = Math.max(1, Math.abs(x));
    expect(Math.abs(value.toArray()[i]! - expected.value(x))).toBeLessThan(1e-15 * size);
    expect(Math.abs(slope.toArray()[i]! - expected.slope(x))).toBeLessThan(1e-15 * size);
  });
});

it.each(familyActivations)('%s: the slope equals the derivative of the value by autograd', (name) => {
  const s = scalarActivation(name);
  const u = tensor(
    points.filter((x) => Math.abs(x) > 1e-3),
    undefined,
    { dtype: 'f64' },
  ).setRequiresGrad();
  const [derivative] = enableGrad(() => scope(() => grad(ops.sum(s.value(u)), [u])));
  const slope = s.slope(u, s.value(u)).toArray();
  derivative!.toArray().forEach((expected, i) => {
    expect(Math.abs(slope[i]! - expected)).toBeLessThan(1e-14);
  });
});

it('relu has slope 0 at 0, also in f32', () => {
  const relu = scalarActivation('relu');
  const u = tensor([-1, 0, 2]);
  const slope = relu.slope(u, relu.value(u));
  expect(slope.dtype).toBe('f32');
  expect(slope.toArray()).toEqual([0, 0, 1]);
});
