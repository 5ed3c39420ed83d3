import { describe, expect, it } from 'vitest';
import { relativeError } from '../../reference/index.ts';
import { Generator, liveTensorCount, ops, scope, tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { ball, gaussian, independentSlices, type Law, smoothPaths, sphere } from './laws.ts';

const [count, k] = [20_000, 3];

/** The distance from the mean of independent numbers to its expected value, in standard errors. */
function deviation(values: readonly number[], expected: number): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return Math.abs(mean - expected) / Math.sqrt(variance / values.length);
}

const rowsOf = (law: Law, seed: number): number[][] => {
  const all = law(new Generator(seed), count, k, 'f64').toArray();
  return Array.from({ length: count }, (_, i) => all.slice(i * k, (i + 1) * k));
};

describe.each([
  ['gaussian', gaussian(1.7), 1.7 ** 2],
  ['sphere', sphere(2.5), 2.5 ** 2 / k],
  ['ball', ball(2.5), 2.5 ** 2 / (k + 2)],
] as const)('%s', (_, law, variance) => {
  const rows = rowsOf(law, 1);

  it('has mean 0 and covariance v I, within 5 standard errors', () => {
    for (let r = 0; r < k; r++) {
      expect(
        deviation(
          rows.map((x) => x[r]!),
          0,
        ),
      ).toBeLessThan(5);
      for (let c = 0; c <= r; c++)
        expect(
          deviation(
            rows.map((x) => x[r]! * x[c]!),
            r === c ? variance : 0,
          ),
        ).toBeLessThan(5);
    }
  });

  it('a planted fault, a variance 5 % too large, is detected', () => {
    expect(
      deviation(
        rows.map((x) => x[0]! ** 2),
        1.05 * variance,
      ),
    ).toBeGreaterThan(5);
  });

  it('is drawn in the default dtype of constructors, using only the generator', () => {
    const draw = (seed: number): number[] => law(new Generator(seed), 2, k).toArray();
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(law(new Generator(7), 2, k).dtype).toBe(new Generator(7).normal([2]).dtype);
    expect(law(new Generator(7), 2, k, 'f64').dtype).toBe('f64');
  });
});

const norms = (law: Law): number[] => rowsOf(law, 2).map((x) => Math.hypot(...x));

it('the sphere has one radius; the ball is uniform in volume', () => {
  for (const r of norms(sphere(2.5))) expect(r).toBeCloseTo(2.5, 13);
  const volumes = norms(ball(2.5)).map((r) => (r / 2.5) ** k);
  expect(Math.max(...volumes)).toBeLessThanOrEqual(1);
  expect(deviation(volumes, 1 / 2)).toBeLessThan(5);
  expect(
    deviation(
      volumes.map((v) => v * v),
      1 / 3,
    ),
  ).toBeLessThan(5);
});

it('fourth moments of a Gaussian: 3 std^4', () => {
  expect(
    deviation(
      rowsOf(gaussian(2), 3).map((x) => x[1]! ** 4),
      48,
    ),
  ).toBeLessThan(5);
});

it('a spread of 0 is a point', () => {
  expect(
    gaussian(0)(new Generator(1), 2, 2)
      .toArray()
      .every((x) => x === 0),
  ).toBe(true);
});

it('independent slices are one draw, split', () => {
  const theta = independentSlices(gaussian(), new Generator(4), 5, 3, 2, 'f64');
  expect(theta.shape).toEqual([5, 3, 2]);
  expect(theta.toArray()).toEqual(gaussian()(new Generator(4), 15, 2, 'f64').toArray());
});

describe('smooth paths', () => {
  const modes = 3;
  const path = smoothPaths(gaussian(), new Generator(5), 6, 2, { modes, dtype: 'f64' });

  it('can be evaluated anywhere: a sum of 1, cos(pi r t), sin(pi r t), fixed by its values at five depths', () => {
    const basis = (t: number): number[] => [
      1,
      ...[1, 2].flatMap((r) => [Math.cos(Math.PI * r * t), Math.sin(Math.PI * r * t)]),
    ];
    const depths = [0, 0.4, 0.8, 1.2, 1.6];
    const matrix = tensor(depths.flatMap(basis), [5, 5], { dtype: 'f64' });
    const values = ops.stack(depths.map((t) => ops.view(path(t).theta, [-1])));
    const coefficients = ops.solve(matrix, values);
    for (const t of [0, 1 / 3, 0.5, 0.9999, 1, 1.7, -0.3]) {
      const expected = ops.mm(tensor(basis(t), [1, 5], { dtype: 'f64' }), coefficients);
      expect(relativeError(path(t).theta.toArray(), expected.toArray())).toBeLessThan(1e-13);
    }
  });

  it('has its shape and weights, and is deterministic', () => {
    const { theta, weight } = path(0.3);
    expect([theta.shape, theta.dtype]).toEqual([[6, 2], 'f64']);
    expect(weight.toArray()).toEqual(Array.from({ length: 6 }, () => 1 / 6));
    expect(path(0.3).theta.toArray()).toEqual(theta.toArray());
    const own = tensor([1, 2], [2], { dtype: 'f64' });
    expect(smoothPaths(gaussian(), new Generator(5), 2, 2, { weight: own })(0.5).weight).toBe(own);
  });

  it('at every depth theta has half the second moment of its law, within 5 standard errors', () => {
    const many = smoothPaths(gaussian(1.5), new Generator(6), count, 1, { dtype: 'f64' });
    for (const t of [0, 0.37, 1]) {
      const values = many(t).theta.toArray();
      expect(deviation(values, 0)).toBeLessThan(5);
      expect(
        deviation(
          values.map((x) => x * x),
          1.5 ** 2 / 2,
        ),
      ).toBeLessThan(5);
    }
  });

  it('own no tensors: nothing leaks, and they can be evaluated after the scope that drew them', () => {
    const before = liveTensorCount();
    const paths = Array.from({ length: 3 }, () =>
      scope(() => smoothPaths(gaussian(), new Generator(5), 6, 2)),
    );
    expect(liveTensorCount()).toBe(before);
    const values = scope(() => paths.map((one) => one(0.3).theta.toArray()));
    expect(values[1]).toEqual(values[0]);
    expect(liveTensorCount()).toBe(before);
  });

  it("leave the caller's weights in the caller's scope", () => {
    const before = liveTensorCount();
    const weight = scope(() => {
      const own = tensor([1, 2], [2], { dtype: 'f64' });
      smoothPaths(gaussian(), new Generator(5), 2, 2, { weight: own })(0.5);
      return { hidden: () => own };
    });
    expect(weight.hidden().disposed).toBe(true);
    expect(liveTensorCount()).toBe(before);
  });

  it('reject unknown options', () => {
    expect(() => smoothPaths(gaussian(), new Generator(5), 2, 2, { mode: 3 } as object)).toThrow(
      'unknown option mode of smoothPaths: did you mean modes?',
    );
  });
});

it('draws have the default dtype of constructors, or the requested one', () => {
  const generator = new Generator(1);
  expect(independentSlices(gaussian(), generator, 2, 3, 4).dtype).toBe('f32');
  expect(independentSlices(gaussian(), generator, 2, 3, 4, 'f64').dtype).toBe('f64');
  const weight = ops.full([2], 0.5, 'f64');
  const dtypesOf = ({ theta, weight: own }: Particles): string => `${theta.dtype} ${own.dtype}`;
  expect(dtypesOf(smoothPaths(ball(), generator, 2, 3)(0.5))).toBe('f32 f32');
  expect(dtypesOf(smoothPaths(ball(), generator, 2, 3, { dtype: 'f64' })(0.5))).toBe('f64 f64');
  expect(dtypesOf(smoothPaths(ball(), generator, 2, 3, { weight })(0.5))).toBe('f64 f64');
  expect(() => smoothPaths(ball(), generator, 2, 3, { weight, dtype: 'f32' })).toThrow(
    'theta and weight must have the same dtype, got f32 and f64',
  );
});
