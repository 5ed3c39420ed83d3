import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compact } from './parts.ts';

it('a compact number is exact to five digits of the largest, and short in JSON', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), { minLength: 1 }),
      (values) => {
        const largest = Math.max(...values.map(Math.abs));
        compact(values).forEach((value, i) => {
          expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(5.1e-5 * largest + 1e-299);
          if (largest > 1e-6) expect(String(value).replace(/[-.]|e.*$/g, '').length).toBeLessThan(19);
        });
      },
    ),
  );
  expect(compact([1 / 3, 100 / 3])).toEqual([0.333, 33.333]);
  expect(JSON.stringify(compact([Math.PI, -Math.E]))).toBe('[3.1416,-2.7183]');
  expect(compact([123456789, 5])).toEqual([123460000, 0]);
});

it('zeros, empty input and non-finite values', () => {
  expect(compact([])).toEqual([]);
  expect(compact([0, 0])).toEqual([0, 0]);
  expect(compact([1, Infinity, NaN])).toEqual([1, Infinity, NaN]);
});
