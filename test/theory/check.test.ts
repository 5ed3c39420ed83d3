/** Bands, fits, and safeguards against claims that pass by accident. */
import { expect, it } from 'vitest';
import { atLeast, atMost, within } from '../../src/theory/check.ts';
import { measureClaim } from '../../src/theory/claim.ts';
import { fitLine, fitPower, median } from '../../src/stats/index.ts';

const measured = (value: number): { name: string; measured: number } => ({ name: 'x', measured: value });

it('a band reports a miss in multiples of the allowed deviation', () => {
  expect(within(measured(-1.1), -1, 0.05)).toMatchObject({ pass: false, band: { min: -1.05, max: -0.95 } });
  expect(within(measured(-1.1), -1, 0.05).miss).toBeCloseTo(2);
  expect(within(measured(-1.04), -1, 0.05).pass).toBe(true);
  expect(atMost(measured(3e-11), 1e-11)).toMatchObject({ pass: false, miss: 3 });
  expect(atLeast(measured(0.25), 1)).toMatchObject({ pass: false, miss: 4 });
});

it('NaN fails every band', () => {
  for (const check of [within(measured(NaN), 0, 1), atMost(measured(NaN), 1), atLeast(measured(NaN), 1)])
    expect(check).toMatchObject({ pass: false, miss: Infinity });
  expect(atLeast(measured(-2), 1)).toMatchObject({ pass: false, miss: Infinity });
});

it('a power fit has a standard error and ignores points at the rounding floor', () => {
  const x = [1, 2, 4, 8, 16];
  expect(fitPower(x, [3, 0.75, 3 / 16, 3 / 64, 1e-15], 1e-12)).toMatchObject({ slope: -2 });
  const noisy = fitLine([0, 1, 2, 3], [0, 1.1, 1.9, 3]);
  // By hand: slope 4.9 / 5, residuals with sum of squares 0.018, two degrees of freedom, Sxx = 5.
  expect(noisy.slope).toBeCloseTo(0.98, 12);
  expect(noisy.standardError).toBeCloseTo(Math.sqrt(0.018 / 2 / 5), 12);
  expect(() => fitLine([1, 1], [2, 3])).toThrow('a line needs two points at different places');
  expect(median([5, 1, 3])).toBe(3);
});

it('a claim without checks does not hold, and draws depend only on claim, seed and stream', () => {
  const draws: number[][] = [];
  const empty = (id: string) => ({
    id,
    title: '',
    statement: '',
    parts: {},
    measure: ({
      draw,
    }: {
      draw: (stream: number) => { uniform: (shape: number[], dtype: 'f64') => { toArray(): number[] } };
    }) => {
      draws.push(draw(1).uniform([2], 'f64').toArray(), draw(2).uniform([2], 'f64').toArray());
      return { sentence: '', checks: [], panels: [] };
    },
  });
  expect(measureClaim(empty('A')).pass).toBe(false);
  measureClaim(empty('A'));
  measureClaim(empty('A'), { seed: 2 });
  measureClaim(empty('B'));
  expect(draws.slice(0, 2)).toEqual(draws.slice(2, 4));
  expect(new Set([draws[0], draws[1], draws[4], draws[6]].map(String)).size).toBe(4);
});
