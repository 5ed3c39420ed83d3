import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { Generator, liveTensorCount, ops, scope, tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { meanOf } from './moments.ts';
import { sinkhorn, sinkhornDivergence } from './sinkhorn.ts';
import { wasserstein } from './wasserstein.ts';

const points = (theta: readonly number[], k: number, weight?: readonly number[]): Particles => {
  const count = theta.length / k;
  return {
    theta: tensor(theta, [count, k], { dtype: 'f64' }),
    weight: tensor(weight ?? Array.from({ length: count }, () => 1 / count), [count], { dtype: 'f64' }),
  };
};

const cloud = (count: number, k: number, seed: number): Particles => ({
  theta: new Generator(seed).normal([count, k], 'f64'),
  weight: ops.full([count], 1 / count, 'f64'),
});

it('two points and a copy of them: the plan in closed form', () => {
  const two = points([0, 1], 1);
  for (const epsilon of [0.1, 1, 7]) {
    const r = Math.exp(-1 / epsilon);
    expect(sinkhorn(two, two, { epsilon }).distance).toBeCloseTo(Math.sqrt(r / (1 + r)), 12);
  }
});

it('a large epsilon gives the product plan, a small one the exact distance', () => {
  const [a, b] = [cloud(12, 2, 1), points([0, 0, 1, 2, -1, 3], 2, [0.5, 0.2, 0.3])];
  const [x, y, w] = [a.theta.toArray(), b.theta.toArray(), b.weight.toArray()];
  let independent = 0;
  for (let i = 0; i < 12; i++)
    for (let j = 0; j < 3; j++)
      independent += (w[j]! / 12) * Math.hypot(x[2 * i]! - y[2 * j]!, x[2 * i + 1]! - y[2 * j + 1]!) ** 2;
  expect(sinkhorn(a, b, { epsilon: 1e9 }).distance).toBeCloseTo(Math.sqrt(independent), 7);
});

it('as epsilon falls the square falls to the exact one, from at most epsilon log n above', () => {
  const [a, b] = [cloud(60, 3, 2), cloud(60, 3, 3)];
  const exact = wasserstein(a, b) ** 2;
  let before = Infinity;
  for (const epsilon of [10, 1, 0.1, 0.01, 0.001, 1e-4]) {
    const square = sinkhorn(a, b, { epsilon }).distance ** 2;
    expect(square).toBeLessThan(before);
    expect(square - exact).toBeGreaterThan(-1e-8);
    expect(square - exact).toBeLessThan(epsilon * Math.log(60));
    before = square;
  }
});

/** The textbook iteration on the scalings u and v themselves. */
function plain(
  cost: readonly number[][],
  a: readonly number[],
  b: readonly number[],
  epsilon: number,
): number {
  const kernel = cost.map((row) => row.map((c) => Math.exp(-c / epsilon)));
  let [u, v] = [a.map(() => 1), b.map(() => 1)];
  for (let round = 0; round < 5000; round++) {
    u = a.map((w, i) => w / kernel[i]!.reduce((sum, value, j) => sum + value * v[j]!, 0));
    v = b.map((w, j) => w / kernel.reduce((sum, row, i) => sum + row[j]! * u[i]!, 0));
  }
  const square = cost.flatMap((row, i) => row.map((c, j) => c * u[i]! * kernel[i]![j]! * v[j]!));
  return Math.sqrt(square.reduce((sum, one) => sum + one, 0));
}

it.each([0.7, 3])('epsilon %d: agrees with the textbook iteration, with unequal weights', (epsilon) => {
  const [x, y] = [
    [0, 1.5, -1, 0.3],
    [0.2, 2, -0.5],
  ];
  const [a, b] = [
    [0.4, 0.3, 0.2, 0.1],
    [0.1, 0.6, 0.3],
  ];
  const cost = x.map((s) => y.map((t) => (s - t) ** 2));
  const { distance } = sinkhorn(points(x, 1, a), points(y, 1, b), { epsilon, tolerance: 1e-13 });
  expect(distance).toBeCloseTo(plain(cost, a, b, epsilon), 12);
});

it('sides of different size can be swapped', () => {
  const [a, b] = [cloud(5, 2, 10), cloud(31, 2, 11)];
  const there = sinkhorn(a, b, { epsilon: 0.2, tolerance: 1e-13 });
  expect(sinkhorn(b, a, { epsilon: 0.2, tolerance: 1e-13 }).distance).toBeCloseTo(there.distance, 12);
});

it('far points neither over- nor underflow: exp(-3e6) is 0', () => {
  const a = cloud(10, 3, 3);
  const far = { ...a, theta: ops.addScalar(a.theta, 1e3) };
  const { distance } = sinkhorn(a, far, { epsilon: 1 });
  expect(distance).toBeCloseTo(1e3 * Math.sqrt(3), 3);
});

it('the marginal error is below the tolerance, also with weights of 0 and masses other than 1', () => {
  const [a, b] = [cloud(20, 2, 4), cloud(20, 2, 5)];
  for (const tolerance of [1e-3, 1e-6, 1e-12]) {
    const { marginalError, iterations } = sinkhorn(a, b, { epsilon: 0.5, tolerance });
    expect(marginalError).toBeLessThanOrEqual(tolerance);
    expect(iterations).toBeGreaterThan(1);
  }
  const [x, y] = [points([0, 9, 1], 1, [2, 0, 1]), points([0, 2], 1, [1, 2])];
  const law = sinkhorn(points([0, 1], 1, [2 / 3, 1 / 3]), points([0, 2], 1, [1 / 3, 2 / 3]), { epsilon: 1 });
  expect(sinkhorn(x, y, { epsilon: 1 }).distance).toBeCloseTo(Math.sqrt(3) * law.distance, 8);
});

it('a tolerance that is not reached is an error with advice', () => {
  const [a, b] = [cloud(20, 2, 6), cloud(20, 2, 7)];
  const run = (): unknown => sinkhorn(a, b, { epsilon: 1e-3, maxIterations: 10 });
  expect(run).toThrow(UsageError);
  expect(run).toThrow(
    /^Sinkhorn did not reach a marginal error of 1e-9 in 10 iterations, only \S+ \(epsilon 0.001, largest distance \S+\): use a larger epsilon or more iterations$/,
  );
});

it('no tensor leaks, even after an error', () => {
  scope(() => {
    const [a, b] = [cloud(20, 2, 8), cloud(20, 2, 9)];
    const before = liveTensorCount();
    sinkhorn(a, b, { epsilon: 0.5 });
    expect(() => sinkhorn(a, b, { epsilon: 1e-3, maxIterations: 5 })).toThrow(UsageError);
    expect(liveTensorCount()).toBe(before);
  });
});

it('the divergence is 0 between equal measures, symmetric, and grows as the square of a translation', () => {
  const a = cloud(12, 2, 20);
  const [b, c] = [cloud(9, 2, 21), { ...a, theta: ops.addScalar(a.theta, 0.7) }];
  for (const epsilon of [0.05, 1, 20]) {
    const options = { epsilon, tolerance: 1e-12 };
    expect(sinkhornDivergence(a, a, options).divergence).toBeLessThan(1e-12);
    const there = sinkhornDivergence(a, b, options);
    expect(there.divergence).toBeGreaterThan(0);
    expect(there.distance).toBeCloseTo(Math.sqrt(there.divergence), 14);
    expect(sinkhornDivergence(b, a, options).divergence).toBeCloseTo(there.divergence, 10);
    // Entropy is invariant under translation; the uncorrected distance of a measure to itself is not 0.
    expect(sinkhornDivergence(a, c, options).divergence).toBeCloseTo(2 * 0.7 ** 2, 8);
    expect(sinkhorn(a, a, { epsilon }).distance).toBeGreaterThan(0);
  }
});

it('the divergence tends to W2^2 for small epsilon, and to the distance of the means for a large one', () => {
  const [a, b] = [cloud(12, 2, 22), cloud(9, 2, 23)];
  expect(sinkhornDivergence(a, b, { epsilon: 1e-4 }).distance).toBeCloseTo(wasserstein(a, b), 3);
  const [from, to] = [meanOf(a), meanOf(b)];
  const apart = Math.hypot(from[0]! - to[0]!, from[1]! - to[1]!);
  expect(sinkhornDivergence(a, b, { epsilon: 1e6 }).distance).toBeCloseTo(apart, 4);
  for (const epsilon of [1e12, 1e300])
    expect(sinkhornDivergence(a, b, { epsilon }).distance).toBeCloseTo(apart, 10);
  // Both sides of the switch to the expansion in 1 / epsilon, and units so small that epsilon is infinite in them.
  const [below, above] = [9e5, 1.1e6].map((epsilon) => sinkhornDivergence(a, b, { epsilon }).divergence);
  expect(above! - apart ** 2).toBeCloseTo(((below! - apart ** 2) * 9) / 11, 8);
  const far = sinkhornDivergence(points([0, 0, 1e-200, 1e-200], 2), points([1e-200, 0, 0, 0], 2), {
    epsilon: 1,
  });
  expect(far.distance * 1e200).toBeCloseTo(0.5, 12);
});

it('progress is reported at each iteration, an abort signal stops it, and unknown options are rejected', () => {
  const [a, b] = [cloud(20, 2, 24), cloud(20, 2, 25)];
  let reported = 0;
  const { iterations } = sinkhorn(a, b, { epsilon: 0.1, onProgress: () => reported++ });
  expect(reported).toBe(iterations);
  const signal = { aborted: false };
  for (const [name, act] of Object.entries({ sinkhorn, sinkhornDivergence })) {
    signal.aborted = false;
    const stop = (): unknown =>
      act(a, b, { epsilon: 0.1, signal, onProgress: ({ done }) => (signal.aborted = done > 3) });
    scope(() => {
      const before = liveTensorCount();
      expect(stop).toThrow(`${name} was aborted`);
      expect(liveTensorCount()).toBe(before);
    });
    expect(() => act(a, b, { epsilon: 0.1, maxIter: 3 } as never)).toThrow(
      `unknown option maxIter of ${name}`,
    );
    expect(() => act(a, b, undefined as never)).toThrow('expected a finite number > 0 for epsilon');
  }
});
