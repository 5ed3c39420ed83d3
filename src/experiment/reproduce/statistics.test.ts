import { expect, it } from 'vitest';
import { meanOf, pairedGain } from './statistics.ts';

it('one value has a mean and no spread; one pair tells nothing but its gain', () => {
  expect(meanOf([3])).toEqual({ n: 1, mean: 3 });
  expect(pairedGain([0.5])).toEqual({ n: 1, mean: 0.5 });
});

it('standard error is the unbiased deviation over the root of n', () => {
  // Squares about the mean 2: 1 + 1 + 4 + 4 = 10 over 3.
  const { mean, deviation, standardError } = meanOf([1, 3, 4, 0]);
  expect(mean).toBe(2);
  expect(deviation).toBeCloseTo(Math.sqrt(10 / 3), 14);
  expect(standardError).toBeCloseTo(Math.sqrt(10 / 12), 14);
});

it('the smallest gain shown is two standard errors, and as many pairs as are asked for would show 0.3', () => {
  const gains = [1, 3, 4, 0];
  const { detectable, pairsNeeded, deviation } = pairedGain(gains);
  expect(detectable).toBeCloseTo(2 * Math.sqrt(10 / 12), 14);
  const shown = (n: number): number => (2 * deviation!) / Math.sqrt(n);
  expect(shown(pairsNeeded!)).toBeLessThanOrEqual(0.3);
  expect(shown(pairsNeeded! - 1)).toBeGreaterThan(0.3);
});

it('pairs without any spread do not tell how sure they are', () => {
  expect(pairedGain([8.1 - 7.8, 7.4 - 7.1])).toEqual({ n: 2, mean: expect.closeTo(0.3, 12) as number });
});

it('pairs of equal errors are told as such', () => {
  expect(pairedGain([0, 0, 0])).toEqual({ n: 3, mean: 0, identical: true });
  expect(pairedGain([0])).toEqual({ n: 1, mean: 0, identical: true });
});
