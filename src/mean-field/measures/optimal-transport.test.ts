import { expect, it } from 'vitest';
import { AbortError } from '../../errors.ts';
import { Generator, liveTensorCount, ops, scope, tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { optimalTransport } from './optimal-transport.ts';
import { slicedWasserstein, wasserstein } from './wasserstein.ts';

type Rows = readonly (readonly number[])[];

const particles = (theta: Rows, weight: readonly number[]): Particles => ({
  theta: tensor(theta, { dtype: 'f64' }),
  weight: tensor(weight, { dtype: 'f64' }),
});

function drawn(count: number, k: number, seed: number): Particles {
  const generator = new Generator(seed);
  const raw = generator.uniform([count], 'f64');
  return { theta: generator.normal([count, k], 'f64'), weight: ops.div(raw, ops.sum(raw)) };
}

it('weights that are multiples of one mass: the distance between repeated particles', () => {
  const [x, y] = [drawn(5, 3, 1), drawn(4, 3, 2)];
  const repeated = ({ theta }: Particles, times: readonly number[]): Particles => {
    const rows = times.flatMap((count, i) => Array.from({ length: count }, () => i));
    return {
      theta: ops.indexSelect(theta, 0, tensor(rows, { dtype: 'i64' })),
      weight: ops.full([rows.length], 1 / rows.length, 'f64'),
    };
  };
  const weighted = (one: Particles, times: readonly number[]): Particles => ({
    ...one,
    weight: tensor(
      times.map((count) => count / 12),
      { dtype: 'f64' },
    ),
  });
  const [a, b] = [
    [1, 4, 2, 2, 3],
    [5, 1, 3, 3],
  ];
  for (const p of [1, 2, 3])
    expect(wasserstein(weighted(x, a), weighted(y, b), p)).toBeCloseTo(
      wasserstein(repeated(x, a), repeated(y, b), p),
      13,
    );
});

it.each([1, 3])('k = %i: the plan has the weights as marginals and its cost is the distance', (k) => {
  for (const [a, b] of [
    [drawn(6, k, 3), drawn(9, k, 4)],
    [
      { ...drawn(5, k, 5), weight: ops.full([5], 0.2, 'f64') },
      { ...drawn(5, k, 6), weight: ops.full([5], 0.2, 'f64') },
    ],
  ] as const) {
    const { distance, plan } = optimalTransport(a, b, { p: 1 });
    expect(plan.shape).toEqual([a.weight.size, b.weight.size]);
    const [rows, columns] = [ops.sumDim(plan, [1]), ops.sumDim(plan, [0])];
    expect(ops.max(ops.abs(ops.sub(rows, a.weight))).item()).toBeLessThan(1e-15);
    expect(ops.max(ops.abs(ops.sub(columns, b.weight))).item()).toBeLessThan(1e-15);
    expect(plan.toArray().filter((mass) => mass > 0).length).toBeLessThan(rows.size + columns.size);
    const [x, y, pi] = [a.theta.toArray(), b.theta.toArray(), plan.toArray()];
    let cost = 0;
    for (let i = 0; i < rows.size; i++)
      for (let j = 0; j < columns.size; j++) {
        const apart = Array.from({ length: k }, (_, c) => x[i * k + c]! - y[j * k + c]!);
        cost += pi[i * columns.size + j]! * Math.hypot(...apart);
      }
    expect(distance).toBeCloseTo(cost, 14);
    expect(wasserstein(a, b, 1)).toBe(distance);
  }
});

it('particles without weight have empty rows, and mass m scales the plan', () => {
  const a = particles(
    [
      [0, 0],
      [9, 9],
      [1, 0],
    ],
    [2, 0, 1],
  );
  const b = particles(
    [
      [0, 1],
      [1, 1],
      [5, 5],
      [1, 2],
    ],
    [1, 1, 0, 1],
  );
  const { distance, plan } = optimalTransport(a, b);
  expect(plan.toArray()).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(distance).toBeCloseTo(Math.sqrt(1 + 2 + 4), 14);
});

it('unequal weights: a metric, above the sliced distance', () => {
  for (let seed = 10; seed < 16; seed++) {
    const [a, b, c] = [drawn(7, 3, seed), drawn(11, 3, seed + 10), drawn(5, 3, seed + 20)];
    for (const p of [1, 2]) {
      const [ab, bc, ac] = [wasserstein(a, b, p), wasserstein(b, c, p), wasserstein(a, c, p)];
      expect(ab + bc - ac).toBeGreaterThan(0);
      expect(wasserstein(b, a, p)).toBeCloseTo(ab, 13);
    }
    expect(slicedWasserstein(a, b)).toBeLessThan(wasserstein(a, b));
    expect(wasserstein(a, a)).toBe(0);
  }
});

it('the plan has the dtype of the weights and belongs to the scope, and nothing else leaks', () => {
  scope(() => {
    const generator = new Generator(1);
    const cloud = (count: number): Particles => ({
      theta: generator.normal([count, 2]),
      weight: ops.full([count], 1 / count, 'f32'),
    });
    const [a, b] = [cloud(6), cloud(9)];
    const before = liveTensorCount();
    const { plan } = optimalTransport(a, b);
    expect(plan.dtype).toBe('f32');
    expect(liveTensorCount()).toBe(before + 1);
  });
});

it('progress is reported, and an abort signal stops assignments and the network simplex between steps', () => {
  const uniform = (count: number): Particles => ({
    ...drawn(count, 3, count),
    weight: ops.full([count], 1 / count, 'f64'),
  });
  for (const [a, b] of [
    [uniform(50), { ...uniform(50), theta: ops.addScalar(uniform(50).theta, 1) }],
    [drawn(250, 3, 1), drawn(300, 3, 2)],
  ] as const) {
    const controller = new AbortController();
    let reported = 0;
    const act = (): unknown =>
      optimalTransport(a, b, {
        signal: controller.signal,
        onProgress: () => {
          if (++reported === 1) controller.abort();
        },
      });
    expect(act).toThrow(AbortError);
    expect(act).toThrow('optimalTransport was aborted');
    expect(reported).toBe(1);
    expect(() => wasserstein(a, b, 2, { signal: controller.signal })).toThrow('wasserstein was aborted');
  }
});

it('unknown options, and powers below 1, are rejected', () => {
  const a = drawn(3, 2, 1);
  expect(() => optimalTransport(a, a, { power: 1 } as never)).toThrow(
    'unknown option power of optimalTransport',
  );
  expect(() => optimalTransport(a, a, { p: 0.5 })).toThrow('expected a finite number >= 1 for p, got 0.5');
  expect(() => wasserstein(a, a, 2, { p: 3 } as never)).toThrow('unknown option p of wasserstein');
  expect(() => slicedWasserstein(a, a, { direction: 3 } as never)).toThrow('did you mean directions?');
});
