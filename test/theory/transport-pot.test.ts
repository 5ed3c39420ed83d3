/**
 * Compares exact plans and Sinkhorn divergences with values from Python Optimal Transport
 * (test/peers/pot_fixture.py).
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  optimalTransport,
  type Particles,
  sinkhornDivergence,
  wasserstein,
} from '../../src/mean-field/index.ts';
import { type DType, tensor } from '../../src/tensor/index.ts';

interface Fixture {
  readonly cases: readonly {
    readonly x: number[][];
    readonly y: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly exact: readonly { readonly p: number; readonly distance: number; readonly plan: number[][] }[];
    readonly divergences: readonly {
      readonly epsilon: number;
      readonly sharp: number;
      readonly divergence: number;
    }[];
  }[];
}

const { cases } = JSON.parse(readFileSync(new URL('transport-pot.json', import.meta.url), 'utf8')) as Fixture;
const numbered = cases.map((one, i) => [i, one] as const);

const pairOf = ({ x, y, a, b }: Fixture['cases'][number], dtype: DType): [Particles, Particles] => [
  { theta: tensor(x, { dtype }), weight: tensor(a, { dtype }) },
  { theta: tensor(y, { dtype }), weight: tensor(b, { dtype }) },
];

it.each(numbered)('case %i: distances and plans for unequal weights equal those of ot.emd', (_, one) => {
  const [a, b] = pairOf(one, 'f64');
  for (const { p, distance, plan } of one.exact) {
    const ours = optimalTransport(a, b, { p });
    expect(ours.distance / distance).toBeCloseTo(1, 12);
    expect(wasserstein(a, b, p)).toBe(ours.distance);
    const found = ours.plan.toArray();
    expect(Math.max(...plan.flat().map((mass, at) => Math.abs(mass - found[at]!)))).toBeLessThan(1e-14);
  }
});

it.each(numbered)(
  'case %i: divergences equal those of ot.sinkhorn, with and without the entropy',
  (_, one) => {
    const [a, b] = pairOf(one, 'f64');
    for (const { epsilon, sharp, divergence } of one.divergences) {
      const ours = sinkhornDivergence(a, b, { epsilon, tolerance: 1e-12 });
      expect(ours.sharp / sharp).toBeCloseTo(1, 7);
      expect(ours.divergence / divergence).toBeCloseTo(1, 7);
    }
  },
);

it('f32 agrees to its rounding', () => {
  for (const one of cases) {
    const [a, b] = pairOf(one, 'f32');
    for (const { p, distance } of one.exact) expect(wasserstein(a, b, p) / distance).toBeCloseTo(1, 5);
    for (const { epsilon, divergence } of one.divergences)
      expect(sinkhornDivergence(a, b, { epsilon }).divergence / divergence).toBeCloseTo(1, 4);
  }
});
