import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indexAt, nearest, smooth } from './smooth.ts';

const series = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 50 }),
      fc.option(fc.double({ min: -10, max: 10, noNaN: true }), { freq: 4 }),
    ),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((pairs) => {
    let at = 0;
    return { x: pairs.map(([gap]) => (at += gap)), y: pairs.map(([, value]) => value) };
  });

it('each value is the weighted mean of all, with weights by span that decay with distance', () => {
  fc.assert(
    fc.property(series, fc.double({ min: 0.5, max: 100, noNaN: true }), ({ x, y }, reach) => {
      const fast = smooth(x, y, reach);
      x.forEach((at, i) => {
        let [sum, weight] = [0, 0];
        y.forEach((value, j) => {
          if (value === null) return;
          // A value covers the span since the previous x.
          const span = x.length < 2 ? 1 : j > 0 ? x[j]! - x[j - 1]! : x[1]! - x[0]!;
          const own = span * Math.exp(-Math.abs(at - x[j]!) / reach);
          sum += own * value;
          weight += own;
        });
        if (y[i] === null) expect(fast[i]).toBeNull();
        else expect(fast[i]).toBeCloseTo(sum / weight, 6);
      });
    }),
  );
});

it('constants are unchanged, and so is everything without a reach', () => {
  expect(smooth([1, 2, 9], [4, 4, 4], 3)).toEqual([4, 4, 4]);
  expect(smooth([1, 2, 3], [1, null, 3], 0)).toEqual([1, null, 3]);
});

it('missing values stay missing, and have no weight', () => {
  const [first, gap, last] = smooth([0, 1, 2], [1, null, 3], 0.01);
  expect([first, gap, last]).toEqual([1, null, 3]);
  expect(smooth([0, 1], [null, NaN], 5)).toEqual([null, null]);
});

it('a curve has no value beyond its ends', () => {
  expect([-6, -5, 4, 20, 24, 26].map((at) => indexAt([0, 10, 20], at))).toEqual([-1, 0, 0, 2, 2, -1]);
  expect([indexAt([7], 7), indexAt([7], 8), indexAt([], 3)]).toEqual([0, -1, -1]);
});

it('finds the nearest index, the earlier one in a tie', () => {
  expect([nearest([0, 10, 20], 14), nearest([0, 10, 20], 15), nearest([0, 10, 20], 16)]).toEqual([1, 1, 2]);
  expect([nearest([0, 10], -5), nearest([0, 10], 99), nearest([], 3)]).toEqual([0, 1, -1]);
});
