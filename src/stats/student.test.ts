import { expect, it } from 'vitest';
import { criticalT, twoSidedP } from './student.ts';

it('critical values and p-values agree with published tables', () => {
  // Abramowitz and Stegun, table 26.10.
  expect(criticalT(1)).toBeCloseTo(12.706, 3);
  expect(criticalT(4)).toBeCloseTo(2.776, 3);
  expect(criticalT(30)).toBeCloseTo(2.042, 3);
  // With one degree of freedom it is the Cauchy distribution; with two it has a closed form.
  expect(twoSidedP(1, 1)).toBeCloseTo(0.5, 8);
  expect(twoSidedP(2, 2)).toBeCloseTo(1 - 2 / Math.sqrt(6), 8);
  expect(twoSidedP(0, 5)).toBeCloseTo(1, 8);
});
