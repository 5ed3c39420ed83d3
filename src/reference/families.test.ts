import { expect, it } from 'vitest';
import { at, denseArray, inner } from './array.ts';
import { activations, type ActivationName } from './activation.ts';
import { familyBlock } from './family-block.ts';
import { family, type FamilyName } from './families.ts';
import { numericalGradient, relativeError } from './numeric-gradient.ts';
import { seededNormal } from './random.ts';

const d = 3;
const cases = (['bottleneck', 'matrix'] as const).flatMap((name) =>
  (Object.keys(activations) as ActivationName[]).map((activation): [FamilyName, ActivationName] => [
    name,
    activation,
  ]),
);

function random(length: number, seed: number): Float64Array {
  return new Float64Array(length).map(seededNormal(seed));
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, v, i) => sum + v * at(y, i), 0);
}

it('bottleneck is a s(w.x + b) with theta = (a, w, b)', () => {
  const f = family('bottleneck', 'tanh');
  const value = f.value(Float64Array.of(1, 2), Float64Array.of(3, -5, 0.5, 0.25, -0.75));
  expect(f.parameterCount(2)).toBe(5);
  expect(Array.from(value)).toEqual([3 * Math.tanh(0.25), -5 * Math.tanh(0.25)]);
});

it('matrix is s(Theta x) with Theta by rows', () => {
  const f = family('matrix', 'relu');
  expect(f.parameterCount(2)).toBe(4);
  expect(Array.from(f.value(Float64Array.of(1, 10), Float64Array.of(1, 2, 3, -4)))).toEqual([21, 0]);
});

it('a particle of the wrong length is rejected', () => {
  expect(() => family('matrix', 'relu').value(random(3, 1), random(7, 2))).toThrow('needs 9 numbers, got 7');
});

it.each(cases)('%s with %s: jvp and both pull-backs equal finite differences', (name, activation) => {
  const f = family(name, activation);
  const x = random(d, 1);
  const theta = random(f.parameterCount(d), 2);
  const p = random(d, 3);
  const v = random(d, 4);
  // relu is linear between its kinks, so a small step loses no accuracy.
  const step = activation === 'relu' ? 1e-5 : 1e-3;
  const energy = (): number => dot(p, f.value(x, theta));
  const pulled = f.vjp(x, theta, p);
  expect(relativeError(pulled.x, numericalGradient(energy, x, { step }))).toBeLessThan(1e-9);
  expect(relativeError(pulled.theta, numericalGradient(energy, theta, { step }))).toBeLessThan(1e-9);
  expect(pulled.x.some((g) => g !== 0)).toBe(true);
  const push = f.jvp(x, theta, v);
  expect(dot(push, p)).toBeCloseTo(dot(v, pulled.x), 13);
  const s = Float64Array.of(0);
  const along = numericalGradient(
    () =>
      dot(
        p,
        f.value(
          x.map((u, i) => u + at(s, 0) * at(v, i)),
          theta,
        ),
      ),
    s,
    {
      step,
    },
  );
  expect(relativeError([dot(push, p)], along)).toBeLessThan(1e-9);
});

it('a family block works row by row and adds to its gradient', () => {
  const f = family('bottleneck', 'softplus');
  const theta = random(f.parameterCount(d), 2);
  const gradient = new Float64Array(theta.length).fill(100);
  const x = denseArray([2, d], random(2 * d, 1));
  const p = denseArray([2, d], random(2 * d, 3));
  const block = familyBlock(f, theta, gradient);
  const energy = (): number => inner(block.forward(x).value, p);
  const dx = block.forward(x).backward(p);
  expect(relativeError(dx.data, numericalGradient(energy, x.data))).toBeLessThan(1e-9);
  const added = gradient.map((g) => g - 100);
  expect(relativeError(added, numericalGradient(energy, theta))).toBeLessThan(1e-9);
});
