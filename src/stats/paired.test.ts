import { expect, it } from 'vitest';
import { pairedDifference, pairedGain } from './paired.ts';
import { summarizeMean } from './summary.ts';

it('a single value has a mean but no spread, a single pair a gain but no interval', () => {
  expect(summarizeMean([3])).toEqual({ n: 1, mean: 3 });
  expect(pairedGain([0.5])).toEqual({ n: 1, mean: 0.5 });
});

it('the standard error is the unbiased deviation over sqrt(n)', () => {
  // Squares about the mean 2: 1 + 1 + 4 + 4 = 10 over 3.
  const { mean, deviation, standardError } = summarizeMean([1, 3, 4, 0]);
  expect(mean).toBe(2);
  expect(deviation).toBeCloseTo(Math.sqrt(10 / 3), 14);
  expect(standardError).toBeCloseTo(Math.sqrt(10 / 12), 14);
});

it('the detectable gain is two standard errors, and `pairsNeeded` pairs would detect 0.3 points', () => {
  const gains = [1, 3, 4, 0];
  const { detectable, pairsNeeded, deviation } = pairedGain(gains);
  expect(detectable).toBeCloseTo(2 * Math.sqrt(10 / 12), 14);
  const shown = (n: number): number => (2 * deviation!) / Math.sqrt(n);
  expect(shown(pairsNeeded!)).toBeLessThanOrEqual(0.3);
  expect(shown(pairsNeeded! - 1)).toBeGreaterThan(0.3);
});

it('pairs without spread have no interval', () => {
  expect(pairedGain([8.1 - 7.8, 7.4 - 7.1])).toEqual({ n: 2, mean: expect.closeTo(0.3, 12) as number });
});

it('pairs with equal errors are marked as identical', () => {
  expect(pairedGain([0, 0, 0])).toEqual({ n: 3, mean: 0, identical: true });
  expect(pairedGain([0])).toEqual({ n: 1, mean: 0, identical: true });
});

it('gains that cancel up to rounding have the mean 0', () => {
  const { mean, interval } = pairedGain([200 / 9 - 320 / 9, 100 / 3 - 280 / 9, 100 / 3 - 200 / 9]);
  expect(mean).toBe(0);
  expect(interval?.[1]).toBeGreaterThan(1);
});

it('differences of small values are no rounding error', () => {
  const { mean, pValue } = pairedDifference([1e-12, 2e-12, 3e-12], 4e-12);
  expect(mean).toBeCloseTo(2e-12, 24);
  expect(pValue).toBeLessThan(0.1);
});
