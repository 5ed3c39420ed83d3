/**
 * Distances and moments at both ends of the floating-point range: correct or rejected by name; never NaN, Infinity
 * or a false 0.
 */
import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { Generator, ops, tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { gridMeasure } from './grid.ts';
import { ball, sphere } from './laws.ts';
import { covarianceOf, meanOf, partRadii, secondMoment, supportRadius } from './moments.ts';
import { optimalTransport } from './optimal-transport.ts';
import { rowLengths } from './row-lengths.ts';
import { sinkhorn, sinkhornDivergence } from './sinkhorn.ts';
import { gridWasserstein, slicedWasserstein, wasserstein } from './wasserstein.ts';

function drawn(count: number, k: number, seed: number, equal = true): Particles {
  const generator = new Generator(seed);
  const raw = equal ? ops.ones([count], 'f64') : generator.uniform([count], 'f64');
  return { theta: generator.normal([count, k], 'f64'), weight: ops.div(raw, ops.sum(raw)) };
}
const times = ({ theta, weight }: Particles, factor: number): Particles => ({
  theta: ops.mulScalar(theta, factor),
  weight,
});
const pairOf = (k: number, equal = true): [Particles, Particles] => [
  drawn(6, k, 1, equal),
  drawn(equal ? 6 : 8, k, 2, equal),
];

const distances: readonly (readonly [string, (a: Particles, b: Particles, size: number) => number])[] = [
  ['wasserstein', (a, b) => wasserstein(a, b)],
  ['wasserstein, p = 1', (a, b) => wasserstein(a, b, 1)],
  ['wasserstein, p = 3.5', (a, b) => wasserstein(a, b, 3.5)],
  ['optimalTransport', (a, b) => optimalTransport(a, b).distance],
  ['slicedWasserstein', (a, b) => slicedWasserstein(a, b, { directions: 20 })],
];

it.each(distances)('%s grows with the size of the particles, from 1e-300 to 1e307', (_, distance) => {
  for (const k of [1, 3])
    for (const equal of [true, false]) {
      const [a, b] = pairOf(k, equal);
      const one = distance(a, b, 1);
      for (const size of [1e-300, 1e-200, 1e-160, 1e154, 1e200, 1e307]) {
        const ratio = distance(times(a, size), times(b, size), size) / size / one;
        expect(ratio, `k = ${k}, size ${size}`).toBeCloseTo(1, 10);
      }
    }
});

it('the entropic distances do if epsilon is representable, and report an epsilon lost in rounding', () => {
  const [a, b] = pairOf(2, false);
  const [one, debiased] = [sinkhorn(a, b, { epsilon: 0.5 }), sinkhornDivergence(a, b, { epsilon: 0.5 })];
  for (const size of [1e-150, 1e150]) {
    const options = { epsilon: 0.5 * size * size };
    const [x, y] = [times(a, size), times(b, size)];
    expect(sinkhorn(x, y, options).distance / size / one.distance).toBeCloseTo(1, 8);
    expect(sinkhornDivergence(x, y, options).distance / size / debiased.distance).toBeCloseTo(1, 6);
  }
  const [x, y] = [times(a, 1e154), times(b, 1e154)];
  expect(sinkhorn(x, y, { epsilon: 1e307 }).distance / 1e154).toBeGreaterThan(0.5);
  for (const act of [sinkhorn, sinkhornDivergence]) {
    expect(() => act(x, y, { epsilon: 1 })).toThrow(UsageError);
    expect(() => act(x, y, { epsilon: 1 })).toThrow(
      /^epsilon is below the rounding error of the squared distances \(epsilon 1, largest distance \S+e\+154\): use wasserstein$/,
    );
  }
});

it('differences that overflow, of points at both ends of the range, are still measured', () => {
  const at = (x: number): Particles => ({
    theta: tensor([[x, 0]], { dtype: 'f64' }),
    weight: tensor([1], { dtype: 'f64' }),
  });
  for (const distance of [wasserstein, (a: Particles, b: Particles) => optimalTransport(a, b).distance]) {
    expect(distance(at(-8e307), at(8e307)) / 1e308).toBeCloseTo(1.6, 14);
    expect(() => distance(at(-1.5e308), at(1.5e308))).toThrow(
      'the distance overflows (above 1.8e308): rescale the particles',
    );
  }
});

it('far from 0 and close together: neither side of the scaling overflows', () => {
  const x: Particles = {
    theta: tensor([[1e300, 0]], { dtype: 'f64' }),
    weight: tensor([1], { dtype: 'f64' }),
  };
  const y: Particles = { ...x, theta: tensor([[1e300, 3e-300]], { dtype: 'f64' }) };
  for (const distance of [wasserstein, slicedWasserstein])
    expect(distance(x, y) / 3e-300).toBeCloseTo(distance === wasserstein ? 1 : 0.7, 1);
});

it('powers that underflow are rejected, not treated as 0', () => {
  const a: Particles = {
    theta: tensor(
      [
        [0, 0],
        [1, 0],
      ],
      { dtype: 'f64' },
    ),
    weight: tensor([0.5, 0.5], { dtype: 'f64' }),
  };
  const b = { ...a, theta: ops.addScalar(a.theta, 1e-3) };
  expect(wasserstein(a, b, 80)).toBeCloseTo(Math.SQRT2 * 1e-3, 10);
  expect(() => wasserstein(a, b, 200)).toThrow('p = 200 is too large');
  // On the line, the largest move is the unit.
  const line = (x: Particles): Particles => ({ ...x, theta: ops.sliceDim(x.theta, 1, 0, 1) });
  expect(wasserstein(line(a), line(b), 1000)).toBeCloseTo(1e-3, 12);
});

it('masses from 1e-300 to 1e300', () => {
  const [a, b] = pairOf(3, false);
  const heavy = ({ theta, weight }: Particles, mass: number): Particles => ({
    theta,
    weight: ops.mulScalar(weight, mass),
  });
  for (const mass of [1e-300, 1e300])
    for (const [name, distance] of distances.filter(([name]) => !name.includes('p ='))) {
      const ratio = distance(heavy(a, mass), heavy(b, mass), 1) / Math.sqrt(mass) / distance(a, b, 1);
      expect(ratio, name).toBeCloseTo(1, 10);
    }
  const beyond = { ...a, weight: ops.full([6], 1e308, 'f64') };
  expect(() => wasserstein(beyond, beyond)).toThrow('the sum of the weights overflows');
  expect(() => secondMoment(beyond)).toThrow('the sum of the weights overflows');
});

it('moments that overflow are rejected; radii are computed up to the end of the range', () => {
  const a = drawn(4, 3, 1);
  for (const [what, act] of [
    ['the second moment', secondMoment],
    ['the covariance', covarianceOf],
  ] as const)
    expect(() => act(times(a, 1e200))).toThrow(`${what} overflows`);
  expect(() => meanOf({ theta: ops.full([4, 1], 1e308, 'f64'), weight: ops.ones([4], 'f64') })).toThrow(
    'the mean overflows',
  );
  for (const size of [1e-300, 1e300]) {
    expect(supportRadius(times(a, size)) / size / supportRadius(a)).toBeCloseTo(1, 12);
    expect(partRadii(times(a, size), [1, 2])[1]! / size / partRadii(a, [1, 2])[1]!).toBeCloseTo(1, 12);
  }
});

it('row lengths, spheres and balls are correct at both ends of f32 and f64', () => {
  for (const [dtype, sizes] of [
    ['f32', [1e-35, 1e-25, 1e25, 1e37]],
    ['f64', [1e-300, 1e-200, 1e200, 1e300]],
  ] as const)
    for (const size of sizes) {
      const rows = ops.mulScalar(tensor([3, 4, 0, 0], [2, 2], { dtype }), size);
      const [first, second] = rowLengths(rows).toArray();
      expect(first! / size).toBeCloseTo(5, 5);
      expect(second).toBeGreaterThan(0);
      for (const law of [sphere, ball])
        expect(law(size)(new Generator(1), 3, 4, dtype).toArray().every(Number.isFinite)).toBe(true);
    }
});

it('over depth: slices far apart, and a custom distance that returns NaN', () => {
  const theta = new Generator(1).normal([2, 3, 2], 'f64');
  const grid = (size: number): ReturnType<typeof gridMeasure> =>
    gridMeasure(ops.mulScalar(theta, size), { steps: [0.25, 0.75] });
  const one = gridWasserstein(grid(1), grid(3));
  expect(gridWasserstein(grid(1e200), grid(3e200)) / 1e200).toBeCloseTo(one, 10);
  expect(() => gridWasserstein(grid(1), grid(3), () => NaN)).toThrow(
    'expected a finite number >= 0 for the distance in step 0, got NaN',
  );
});
