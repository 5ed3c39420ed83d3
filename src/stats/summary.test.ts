import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mean, median, rms, standardError, summarizeMean, variance } from './summary.ts';

const sample = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 20 });

it('the median is the middle value, or the mean of the two middle values, in any order', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 10, 2])).toBe(3);
  expect(median([])).toBeNaN();
});

it('variance and root mean square agree with the moments of the sample', () => {
  fc.assert(
    fc.property(sample, (values) => {
      const n = values.length;
      // E x^2 - (E x)^2
      expect(((n - 1) / n) * variance(values)).toBeCloseTo(rms(values) ** 2 - mean(values) ** 2, 6);
    }),
    { seed: 1 },
  );
});

it('a shift changes only the mean, and copies of a sample shrink its standard error', () => {
  fc.assert(
    fc.property(sample, (values) => {
      const shifted = summarizeMean(values.map((value) => value + 7));
      expect(shifted.mean).toBeCloseTo(mean(values) + 7, 8);
      expect(shifted.standardError).toBeCloseTo(standardError(values)!, 8);
      const n = values.length;
      const copies = standardError([...values, ...values, ...values, ...values])!;
      // The unbiased variance divides by 4 n - 1 instead of n - 1.
      expect(copies).toBeCloseTo(standardError(values)! * Math.sqrt((n - 1) / (4 * n - 1)), 8);
    }),
    { seed: 1 },
  );
});

it('the standard error is the unbiased deviation over sqrt(n); a single value has none', () => {
  expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
  expect(standardError([3])).toBeUndefined();
  expect(summarizeMean([3])).toEqual({ n: 1, mean: 3 });
});
