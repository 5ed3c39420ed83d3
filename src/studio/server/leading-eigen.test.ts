import fc from 'fast-check';
import { expect, it } from 'vitest';
import { symmetricEigen } from '../../reference/symmetric-eigen.ts';
import { leadingEigen } from './leading-eigen.ts';
import { principalPlane } from './principal-plane.ts';

/** Normal random numbers from a seed (linear congruential generator, Box-Muller). */
function normal(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 22695477) + 1) >>> 0;
    return (state + 1) / (2 ** 32 + 2);
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** From the full decomposition. */
function descending(data: Float64Array, n: number): { values: Float64Array; vectors: Float64Array[] } {
  const { values, vectors } = symmetricEigen({ shape: [n, n], data });
  return { values: values.toReversed(), vectors: vectors.toReversed() };
}

/** H A H with H = 1 - 2 u u^T / u.u: another symmetric matrix with the same eigenvalues. */
function reflected(a: Float64Array, n: number, u: Float64Array): Float64Array {
  const square = u.reduce((sum, x) => sum + x * x, 0);
  const au = u.map((_, i) => u.reduce((sum, x, j) => sum + a[i * n + j]! * x, 0));
  const uau = au.reduce((sum, x, i) => sum + x * u[i]!, 0);
  return a.map((x, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return x - (2 / square) * (u[i]! * au[j]! + au[i]! * u[j]!) + ((4 * uau) / square ** 2) * u[i]! * u[j]!;
  });
}

/** A symmetric matrix with these eigenvalues and vectors without any zeros. */
function matrixOf(eigenvalues: readonly number[], seed: number): Float64Array {
  const n = eigenvalues.length;
  const next = normal(seed);
  let a: Float64Array = Float64Array.from({ length: n * n }, (_, i) =>
    i % (n + 1) === 0 ? eigenvalues[i / (n + 1)]! : 0,
  );
  for (let time = 0; time < 2; time++) a = reflected(a, n, Float64Array.from({ length: n }, next));
  return a;
}

const decreasing = (n: number, value: (k: number) => number): number[] =>
  Array.from({ length: n }, (_, k) => value(k));
const spectra = {
  'well apart': decreasing(80, (k) => 3 ** -k),
  'one that is not 0': decreasing(70, (k) => (k === 0 ? 5 : 0)),
  'the largest three times': decreasing(60, (k) => (k < 3 ? 7 : 1 / (k + 1))),
  'the second five times': decreasing(60, (k) => (k === 0 ? 7 : k < 6 ? 3 : 1 / (k + 1))),
  'all alike': decreasing(50, () => 2),
  'near each other': decreasing(90, (k) => 1 - k * 1e-3),
  'the second a part in a million above the third': decreasing(
    90,
    (k) => [2, 1 + 1e-6][k] ?? 1 - (k - 2) / 90,
  ),
  'none but 0': decreasing(40, () => 0),
};

it.each(Object.entries(spectra))('the two largest eigenvalues and their vectors, %s', async (_, values) => {
  const n = values.length;
  const a = matrixOf(values, n);
  const found = await leadingEigen(a, n, 2);
  const size = values[0]!;
  expect(found.values).toHaveLength(2);
  for (const [k, vector] of found.vectors.entries()) {
    expect(Math.abs(found.values[k]! - values[k]!)).toBeLessThanOrEqual(1e-12 * size);
    const residual = vector.map(
      (x, i) => vector.reduce((sum, y, j) => sum + a[i * n + j]! * y, 0) - found.values[k]! * x,
    );
    expect(Math.hypot(...residual)).toBeLessThanOrEqual(2e-11 * size);
    for (const [l, other] of found.vectors.entries())
      expect(vector.reduce((sum, x, i) => sum + x * other[i]!, 0)).toBeCloseTo(k === l ? 1 : 0, 12);
  }
});

it('agrees with the full decomposition for any small matrix', async () => {
  const matrices = fc.tuple(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 1, max: 40 }), fc.nat());
  await fc.assert(
    fc.asyncProperty(matrices, async ([n, dimensions, seed]) => {
      const next = normal(seed);
      const points = Array.from({ length: n }, () => Float64Array.from({ length: dimensions }, next));
      const gram = Float64Array.from({ length: n * n }, (_, at) =>
        points[Math.floor(at / n)]!.reduce((sum, x, i) => sum + x * points[at % n]![i]!, 0),
      );
      const all = descending(gram, n);
      const found = await leadingEigen(gram, n, 2);
      expect(found.values).toHaveLength(Math.min(2, n));
      for (const [k, vector] of found.vectors.entries()) {
        expect(found.values[k]).toBeCloseTo(all.values[k]!, 9);
        const gap = Math.min(
          ...[k - 1, k + 1].map((l) => Math.abs((all.values[l] ?? Infinity) - all.values[k]!)),
        );
        if (gap > 1e-2)
          vector.forEach((x, i) => {
            expect(x).toBeCloseTo(all.vectors[k]![i]!, 7);
          });
      }
    }),
    { numRuns: 60 },
  );
});

it('needs fewer products with the matrix than it has rows', async () => {
  const n = 400;
  const next = normal(3);
  const points = Array.from({ length: n }, () => Float32Array.from({ length: 50 }, next));
  const gram = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++)
      gram[a * n + b] = points[a]!.reduce((sum, x, i) => sum + x * points[b]![i]!, 0);
  let products = 0;
  await leadingEigen(gram, n, 2, () => {
    products++;
    return Promise.resolve();
  });
  expect(products).toBeLessThan(n);
});

it('the plane of random points agrees with that from the covariance matrix', async () => {
  const [n, dimensions] = [75, 9];
  const next = normal(8);
  const points = Array.from({ length: n }, () =>
    Float64Array.from({ length: dimensions }, (_, i) => 20 * i + (i + 1) * next()),
  );
  const mean = Float64Array.from({ length: dimensions }, (_, i) =>
    points.reduce((sum, point) => sum + point[i]! / n, 0),
  );
  const centred = points.map((point) => point.map((x, i) => x - mean[i]!));
  const scatter = Float64Array.from({ length: dimensions ** 2 }, (_, at) => {
    const [i, j] = [Math.floor(at / dimensions), at % dimensions];
    return centred.reduce((sum, point) => sum + point[i]! * point[j]!, 0);
  });
  const all = descending(scatter, dimensions);
  const total = all.values.reduce((sum, value) => sum + value, 0);
  const { coordinates, explained } = await principalPlane(points.map((point) => point.slice()));
  for (const k of [0, 1] as const) {
    expect(explained[k]).toBeCloseTo(all.values[k]! / total, 12);
    const along = centred.map((point) => point.reduce((sum, x, i) => sum + x * all.vectors[k]![i]!, 0));
    const sign = Math.sign(along[0]! * coordinates[0]![k]);
    along.forEach((x, i) => {
      expect(coordinates[i]![k]).toBeCloseTo(sign * x, 8);
    });
  }
});
