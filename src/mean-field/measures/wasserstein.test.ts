import { describe, expect, it } from 'vitest';
import { erf, seededNormal, seededUniform } from '../../reference/index.ts';
import type { Progress } from '../../cancel.ts';
import { AbortError } from '../../errors.ts';
import { Generator, tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { gridMeasure, type GridMeasure } from './grid.ts';
import { gridWasserstein, sliceDirections, slicedWasserstein, wasserstein } from './wasserstein.ts';

type Rows = readonly (readonly number[])[];

function particles(rows: Rows, weights?: readonly number[]): Particles {
  const k = rows[0]?.length ?? 0;
  return {
    theta: tensor(rows.flat(), [rows.length, k], { dtype: 'f64' }),
    weight: tensor(weights ?? rows.map(() => 1 / rows.length), [rows.length], { dtype: 'f64' }),
  };
}

const line = (values: readonly number[], weights?: readonly number[]): Particles =>
  particles(
    values.map((x) => [x]),
    weights,
  );

const cloud = (count: number, k: number, seed: number): number[][] => {
  const normal = seededNormal(seed);
  return Array.from({ length: count }, () => Array.from({ length: k }, normal));
};

const moved = (rows: Rows, shift: readonly number[]): number[][] =>
  rows.map((row) => row.map((x, c) => x + shift[c]!));

/** Every third point from the end, then the others: an order unrelated to any symmetry of the points. */
const shuffled = <T>(items: readonly T[]): T[] => {
  const back = [...items].reverse();
  return [...back.filter((_, i) => i % 3 === 0), ...back.filter((_, i) => i % 3 !== 0)];
};

it.each([1, 2, 5])('k = %i: permuted points are at distance 0, exactly', (k) => {
  const rows = cloud(40, k, 1);
  for (const p of [1, 2, 3.5]) expect(wasserstein(particles(rows), particles(shuffled(rows)), p)).toBe(0);
  expect(slicedWasserstein(particles(rows), particles(shuffled(rows)))).toBeLessThan(1e-14);
});

it.each([1, 2, 5])('k = %i: the distance of a translation is its length, for every p', (k) => {
  const rows = cloud(40, k, 2);
  const shift = Array.from({ length: k }, (_, c) => 0.3 + c);
  const to = particles(shuffled(moved(rows, shift)));
  for (const p of [1, 1.5, 2, 4])
    expect(wasserstein(particles(rows), to, p)).toBeCloseTo(Math.hypot(...shift), 12);
});

it('the gradient of a convex function is an optimal map: W2^2 = mean |x - A x - b|^2', () => {
  const rows = cloud(60, 3, 3);
  const A = [
    [2, 0.5, 0],
    [0.5, 1, -0.4],
    [0, -0.4, 3],
  ];
  const image = rows.map((x) => A.map((a, r) => a.reduce((sum, value, c) => sum + value * x[c]!, 0.1 * r)));
  const squares = rows.map((x, i) => Math.hypot(...x.map((value, c) => value - image[i]![c]!)) ** 2);
  const expected = Math.sqrt(squares.reduce((sum, s) => sum + s, 0) / rows.length);
  expect(wasserstein(particles(rows), particles(shuffled(image)))).toBeCloseTo(expected, 12);
});

/** z with Phi(z) = s, by bisection. */
function normalQuantile(s: number): number {
  let [low, high] = [-10, 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if ((1 + erf(middle * Math.SQRT1_2)) / 2 < s) low = middle;
    else high = middle;
  }
  return low;
}

it('Gaussians on the line: W2^2 = (m - m2)^2 + (s - s2)^2, from quantiles of 3000 and of 2000 points', () => {
  const gauss = (m: number, s: number, n: number): Particles =>
    line(Array.from({ length: n }, (_, i) => m + s * normalQuantile((i + 0.5) / n)));
  const exact = Math.hypot(1.5 - 0.2, 2 - 0.7);
  expect(wasserstein(gauss(1.5, 2, 3000), gauss(0.2, 0.7, 3000))).toBeCloseTo(exact, 2);
  // Different counts take the weighted sweep.
  expect(wasserstein(gauss(1.5, 2, 3000), gauss(0.2, 0.7, 2000))).toBeCloseTo(exact, 2);
});

it('weights on the line: mass splits where it must', () => {
  // 0.75 at 0 and 0.25 at 4, to 0.5 at 1 and 0.5 at 2: 0.5 by 1, 0.25 by 2, 0.25 back by 2.
  const [a, b] = [line([4, 0], [0.25, 0.75]), line([1, 2], [0.5, 0.5])];
  expect(wasserstein(a, b, 1)).toBeCloseTo(0.5 + 2 * 0.25 * 2, 14);
  expect(wasserstein(a, b, 2) ** 2).toBeCloseTo(0.5 + 2 * 0.25 * 4, 14);
});

it('weights on the line: W1 is the area between the distribution functions', () => {
  const uniform = seededUniform(5);
  const draw = (n: number): { x: number[]; w: number[] } => {
    const w = Array.from({ length: n }, uniform);
    const total = w.reduce((sum, one) => sum + one, 0);
    return { x: Array.from({ length: n }, () => 4 * uniform()), w: w.map((one) => one / total) };
  };
  const [a, b] = [draw(17), draw(23)];
  const breaks = [...a.x, ...b.x].sort((s, t) => s - t);
  const below = ({ x, w }: typeof a, s: number): number =>
    w.reduce((sum, one, i) => (x[i]! <= s ? sum + one : sum), 0);
  const area = breaks
    .slice(1)
    .reduce((sum, t, i) => sum + (t - breaks[i]!) * Math.abs(below(a, breaks[i]!) - below(b, breaks[i]!)), 0);
  expect(wasserstein(line(a.x, a.w), line(b.x, b.w), 1)).toBeCloseTo(area, 12);
});

it('a point of double weight counts as two points, one of weight 0 as none', () => {
  const single = line([-1, 0.5, 3], [0.25, 0.5, 0.25]);
  const double = line([0.5, 3, -1, 0.5, 100], [0.25, 0.25, 0.25, 0.25, 0]);
  const other = line([0, 1, 2, 2.5]);
  expect(wasserstein(single, double)).toBe(0);
  expect(wasserstein(single, other)).toBeCloseTo(wasserstein(double, other), 14);
});

it('mass m scales the distance by m^{1/p}', () => {
  const [rows, other] = [cloud(8, 3, 6), cloud(8, 3, 7)];
  const heavy = (points: Rows): Particles =>
    particles(
      points,
      Array.from({ length: 8 }, () => 1),
    );
  for (const p of [1, 2]) {
    const law = wasserstein(particles(rows), particles(other), p);
    expect(wasserstein(heavy(rows), heavy(other), p)).toBeCloseTo(8 ** (1 / p) * law, 12);
  }
});

it('the triangle inequality and symmetry, on the line with weights and in R^3', () => {
  const uniform = seededUniform(8);
  for (let round = 0; round < 20; round++) {
    const weighted = (): Particles => {
      const w = Array.from({ length: 6 }, uniform);
      const total = w.reduce((sum, one) => sum + one, 0);
      return line(
        w.map(() => uniform()),
        w.map((one) => one / total),
      );
    };
    const triples = [
      [weighted(), weighted(), weighted()],
      [0, 1, 2].map((i) => particles(cloud(10, 3, 30 * round + i))),
    ] as const;
    for (const p of [1, 2, 3])
      for (const [a, b, c] of triples) {
        const [ab, bc, ac] = [wasserstein(a, b, p), wasserstein(b, c, p), wasserstein(a, c, p)];
        expect(ab + bc - ac).toBeGreaterThanOrEqual(-1e-13);
        expect(wasserstein(b, a, p)).toBeCloseTo(ab, 13);
      }
  }
});

it('a planted fault, one point moved or one weight changed, is detected', () => {
  const rows = cloud(40, 3, 9);
  const off = rows.map((row, i) => (i === 17 ? row.map((x, c) => (c === 1 ? x + 1e-6 : x)) : row));
  // The optimal plan moves only this point: W2^2 = 1e-12 / 40.
  expect(wasserstein(particles(rows), particles(off))).toBeCloseTo(1e-6 / Math.sqrt(40), 15);
  const [x, w] = [
    [0, 1, 3],
    [0.2, 0.3, 0.5],
  ];
  expect(wasserstein(line(x, w), line(x, [0.2, 0.3 + 1e-6, 0.5 - 1e-6]), 1)).toBeCloseTo(2e-6, 15);
});

it('sliced W2: exact on the line, below W2 in R^3, and |shift| / sqrt(k) in the mean for translations', () => {
  const [x, y] = [line(cloud(30, 1, 10).flat()), line(cloud(30, 1, 11).flat())];
  expect(slicedWasserstein(x, y)).toBeCloseTo(wasserstein(x, y), 13);
  const rows = cloud(30, 3, 12);
  const [a, b] = [particles(rows), particles(cloud(30, 3, 13))];
  expect(slicedWasserstein(a, b)).toBeLessThan(wasserstein(a, b));
  // (u . shift)^2 has variance 4 / 45 |shift|^4 for u on the sphere of R^3.
  const n = 4000;
  const square = slicedWasserstein(a, particles(moved(rows, [1, -2, 2])), { directions: n, seed: 3 }) ** 2;
  expect(Math.abs(square - 9 / 3)).toBeLessThan(5 * 9 * Math.sqrt(4 / 45 / n));
});

it('sliced W2: the seed determines the directions, which have length 1; weights matter', () => {
  const [a, b] = [particles(cloud(9, 4, 14)), particles(cloud(9, 4, 15))];
  expect(slicedWasserstein(a, b, { seed: 5 })).toBe(slicedWasserstein(a, b, { seed: 5 }));
  expect(slicedWasserstein(a, b, { seed: 5 })).not.toBe(slicedWasserstein(a, b, { seed: 6 }));
  const directions = sliceDirections(4, { directions: 7 }).toArray();
  for (let r = 0; r < 7; r++) expect(Math.hypot(...directions.slice(4 * r, 4 * r + 4))).toBeCloseTo(1, 14);
  const rows = cloud(3, 2, 16);
  const repeated = particles([rows[0]!, rows[0]!, rows[1]!, rows[2]!]);
  expect(slicedWasserstein(particles(rows, [0.5, 0.25, 0.25]), repeated)).toBeLessThan(1e-14);
});

it('over depth: sqrt(sum h_l W2_l^2), where mass moves only within its slice', () => {
  const slice = cloud(6, 2, 17);
  const grid = (shifts: Rows) =>
    gridMeasure(tensor(shifts.map((shift) => moved(slice, shift)).flat(2), [2, 6, 2], { dtype: 'f64' }), {
      steps: [0.25, 0.75],
    });
  const [rho, nu] = [
    grid([
      [0, 0],
      [5, 5],
    ]),
    grid([
      [3, 4],
      [5, 6],
    ]),
  ];
  expect(gridWasserstein(rho, nu)).toBeCloseTo(Math.sqrt(0.25 * 25 + 0.75), 12);
  expect(gridWasserstein(rho, rho)).toBe(0);
  expect(gridWasserstein(rho, nu, () => 2)).toBeCloseTo(2, 14);
});

it('sliced distances report each direction, and can be stopped between two of them', () => {
  const [a, b] = [particles(cloud(5, 2, 1)), particles(cloud(5, 2, 2))];
  const seen: Progress[] = [];
  const distance = slicedWasserstein(a, b, { directions: 3, onProgress: (progress) => seen.push(progress) });
  expect(seen).toEqual([1, 2, 3].map((done) => ({ done, total: 3 })));
  expect(distance).toBe(slicedWasserstein(a, b, { directions: 3 }));
  const stop = new AbortController();
  const onProgress = ({ done }: Progress): void => {
    if (done === 2) stop.abort();
  };
  expect(() => slicedWasserstein(a, b, { directions: 3, signal: stop.signal, onProgress })).toThrow(
    new AbortError('slicedWasserstein was aborted'),
  );
  expect(() => slicedWasserstein(a, b, { signal: AbortSignal.abort() })).toThrow(AbortError);
});

describe('gridWasserstein as a long call', () => {
  const draw = (seed: number): GridMeasure => {
    using drawing = new Generator(seed);
    return gridMeasure(drawing.normal([4, 6, 2], 'f64'));
  };
  const [from, to] = [draw(1), draw(2)];

  it('reports each slice, and stops at a signal in the next', () => {
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = ({ done, total }: Progress): void => {
      expect(total).toBe(4);
      if (seen.push(done) === 2) controller.abort('enough');
    };
    expect(() => gridWasserstein(from, to, undefined, { onProgress, signal: controller.signal })).toThrow(
      new AbortError('gridWasserstein was aborted: enough'),
    );
    expect(seen).toEqual([1, 2]);
  });

  it('stops at a signal within a slice', () => {
    let reads = 0;
    const signal = {
      get aborted() {
        return ++reads > 3;
      },
    };
    expect(() => gridWasserstein(from, to, undefined, { signal })).toThrow('gridWasserstein was aborted');
    expect(reads).toBe(4);
  });

  it('equals the distance with its own wasserstein', () => {
    expect(gridWasserstein(from, to)).toBe(gridWasserstein(from, to, (a, b) => wasserstein(a, b)));
  });
});
