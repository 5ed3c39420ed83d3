import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spreadLabels } from './spread.ts';

const positions = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 12 });

it('labels keep their distance, their order and their range', () => {
  fc.assert(
    fc.property(positions, (wanted) => {
      const placed = spreadLabels(wanted, 13, 0, 200);
      const sorted = [...placed].sort((a, b) => a - b);
      sorted.slice(1).forEach((y, i) => {
        expect(y - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(13 - 1e-9);
      });
      for (const y of placed) expect(y >= -1e-9 && y <= 200 + 1e-9).toBe(true);
      wanted.forEach((y, i) => {
        wanted.forEach((other, j) => {
          if (y < other) expect(placed[i]).toBeLessThan(placed[j] ?? 0);
        });
      });
    }),
  );
});

it('labels with enough room stay in place', () => {
  expect(spreadLabels([100, 20, 60], 13, 0, 200)).toEqual([100, 20, 60]);
});

it('two labels at one place move apart by the same distance', () => {
  expect(spreadLabels([50, 50], 10, 0, 200)).toEqual([45, 55]);
});

it('labels at the edge move inwards', () => {
  expect(spreadLabels([200, 199], 10, 0, 200)).toEqual([200, 190]);
  expect(spreadLabels([0, 1], 10, 0, 200)).toEqual([0, 10]);
});
