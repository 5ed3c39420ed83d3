/** Compares distances with Python Optimal Transport (Debian: python3-pot), if python3 (or $PYTHON) has it. */
import { describe, expect, it } from 'vitest';
import {
  type Particles,
  sinkhorn,
  sliceDirections,
  slicedWasserstein,
  wasserstein,
} from '../../src/mean-field/index.ts';
import { Generator, ops, scope, type Tensor } from '../../src/tensor/index.ts';
import { ask, python, versionOf } from '../peers/python.ts';

const version = versionOf('ot');
const title = version ? `POT ${version}` : `POT: skipped, ${python} has no module ot`;

const rowsOf = (x: Tensor): number[][] => {
  const [rows = 0, columns = 0] = x.shape;
  const all = x.toArray();
  return Array.from({ length: rows }, (_, i) => all.slice(i * columns, (i + 1) * columns));
};

interface Case {
  readonly name: string;
  readonly kind: 'line' | 'exact' | 'sinkhorn' | 'sliced';
  readonly a: Particles;
  readonly b: Particles;
  readonly p?: number;
  readonly epsilon?: number;
  readonly directions?: number[][];
}

/** Our result divided by theirs, minus 1. */
function differences(cases: readonly Case[], ours: (one: Case) => number): string[] {
  const theirs = ask(
    'pot.py',
    cases.map(({ a, b, ...task }) => ({
      ...task,
      x: rowsOf(a.theta),
      y: rowsOf(b.theta),
      a: a.weight.toArray(),
      b: b.weight.toArray(),
    })),
  ) as number[];
  return cases.map((one, i) => {
    expect(theirs[i], one.name).toBeGreaterThan(0.01);
    const error = Math.abs(ours(one) / theirs[i]! - 1);
    return `${one.name}: ${error.toExponential(1)}`;
  });
}

const above = (lines: readonly string[], bound: number): string[] =>
  lines.filter((line) => !(Number(line.split(': ').at(-1)) < bound));

describe.skipIf(version === undefined)(title, { timeout: 120_000 }, () => {
  const generator = new Generator(1);
  const cloud = (count: number, k: number, shift = 0): Particles => ({
    theta: ops.addScalar(generator.normal([count, k], 'f64'), shift),
    weight: ops.full([count], 1 / count, 'f64'),
  });
  const weighted = (count: number, k: number, shift = 0): Particles =>
    scope(() => {
      const raw = generator.uniform([count], 'f64');
      return { ...cloud(count, k, shift), weight: ops.div(raw, ops.sum(raw)) };
    });

  it('exact W_p for equal weights agrees to 1e-10', () => {
    const sizes = [
      [1, 4],
      [40, 2],
      [200, 3],
      [200, 21],
    ] as const;
    const cases = sizes.flatMap(([count, k]) =>
      [1, 2, 3].map((p): Case => ({
        name: `W${p} of ${count} in R^${k}`,
        kind: 'exact',
        p,
        a: cloud(count, k),
        b: cloud(count, k, 0.3),
      })),
    );
    expect(
      above(
        differences(cases, ({ a, b, p }) => wasserstein(a, b, p)),
        1e-10,
      ),
    ).toEqual([]);
  });

  it('exact W_p on the line agrees to 1e-10, with any weights and counts', () => {
    const cases = [1, 2, 3.5].flatMap((p) =>
      (['line', 'exact'] as const).flatMap((kind): Case[] => [
        { name: `${kind} W${p}, weights`, kind, p, a: weighted(50, 1), b: weighted(70, 1, 0.5) },
        { name: `${kind} W${p}, equal`, kind, p, a: cloud(60, 1), b: cloud(60, 1, 0.5) },
        { name: `${kind} W${p}, counts`, kind, p, a: cloud(60, 1), b: cloud(45, 1, 0.5) },
      ]),
    );
    expect(
      above(
        differences(cases, ({ a, b, p }) => wasserstein(a, b, p)),
        1e-10,
      ),
    ).toEqual([]);
  });

  it('Sinkhorn agrees to 1e-6 at the same epsilon, with any weights and counts', () => {
    const cases = [5, 1, 0.5].flatMap((epsilon): Case[] => [
      { name: `epsilon ${epsilon}, equal`, kind: 'sinkhorn', epsilon, a: cloud(80, 3), b: cloud(80, 3, 0.5) },
      {
        name: `epsilon ${epsilon}, weights`,
        kind: 'sinkhorn',
        epsilon,
        a: weighted(30, 2),
        b: weighted(50, 2),
      },
      { name: `epsilon ${epsilon}, line`, kind: 'sinkhorn', epsilon, a: weighted(50, 1), b: weighted(30, 1) },
    ]);
    const ours = ({ a, b, epsilon }: Case): number => sinkhorn(a, b, { epsilon: epsilon! }).distance;
    expect(above(differences(cases, ours), 1e-6)).toEqual([]);
  });

  it('sliced W2 agrees to 1e-10 on the same directions, with any weights and counts', () => {
    const options = { directions: 60, seed: 5 };
    const cases = [2, 9].flatMap((k): Case[] => {
      const directions = rowsOf(sliceDirections(k, options));
      return [
        { name: `equal in R^${k}`, kind: 'sliced', directions, a: cloud(50, k), b: cloud(50, k, 0.5) },
        {
          name: `weights in R^${k}`,
          kind: 'sliced',
          directions,
          a: weighted(50, k),
          b: weighted(40, k, 0.5),
        },
      ];
    });
    expect(
      above(
        differences(cases, ({ a, b }) => slicedWasserstein(a, b, options)),
        1e-10,
      ),
    ).toEqual([]);
  });

  it('a planted fault, distances of points 1e-6 apart, is detected', () => {
    const [a, b] = [cloud(40, 3), cloud(40, 3, 0.5)];
    const off = { ...b, theta: ops.addScalar(b.theta, 1e-6) };
    const lines = differences([{ name: 'moved', kind: 'exact', a, b }], () => wasserstein(a, off));
    expect(above(lines, 1e-10)).toEqual(lines);
  });
});
