import fc from 'fast-check';
import { expect, it } from 'vitest';
import { denseArray } from './array.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

const element = fc.double({ min: -10, max: 10, noNaN: true });

it('eigenvectors are orthonormal, and reproduce the matrix', () => {
  const matrices = fc
    .integer({ min: 1, max: 7 })
    .chain((n) => fc.tuple(fc.constant(n), fc.array(element, { minLength: n * n, maxLength: n * n })));
  fc.assert(
    fc.property(matrices, ([n, entries]) => {
      const a = Float64Array.from(entries, (_, i) => entries[Math.min(i, (i % n) * n + Math.floor(i / n))]!);
      const { values, vectors } = symmetricEigen(denseArray([n, n], a));
      expect([...values]).toEqual([...values].sort((x, y) => x - y));
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const sum = (of: (k: number) => number): number => values.reduce((total, _, k) => total + of(k), 0);
          expect(sum((k) => values[k]! * vectors[k]![i]! * vectors[k]![j]!)).toBeCloseTo(a[i * n + j]!, 9);
          const product = vectors[i]!.reduce((total, value, k) => total + value * vectors[j]![k]!, 0);
          expect(product).toBeCloseTo(i === j ? 1 : 0, 11);
        }
    }),
    { numRuns: 200 },
  );
});

it('eigenvalues of a known matrix', () => {
  // The second-difference matrix has eigenvalues 2 - 2 cos(k pi / (n + 1)).
  const n = 12;
  const a = Float64Array.from(
    { length: n * n },
    (_, i) => [2, -1][Math.abs(Math.floor(i / n) - (i % n))] ?? 0,
  );
  const { values } = symmetricEigen(denseArray([n, n], a));
  values.forEach((value, k) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 12);
  });
});
