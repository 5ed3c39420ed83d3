import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StepCurves } from '../../protocol/index.ts';
import { fakeCurves } from '../fake-row.ts';
import { curvePart } from './curve-part.ts';

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Curves with the given losses, in buckets that end at the given steps. */
function bucketed(losses: readonly number[], ends: readonly number[]): StepCurves {
  const buckets = ends.map((end, b) => losses.slice(ends[b - 1] ?? 0, end));
  return {
    ...fakeCurves(ends),
    loss: buckets.map(meanOf),
    lossMin: buckets.map((values) => Math.min(...values)),
    lossMax: buckets.map((values) => Math.max(...values)),
    error: buckets.map((values) => 2 * meanOf(values)),
    total: losses.length,
  };
}

it('a spike in any bucket survives downsampling', () => {
  const losses = Array.from({ length: 3000 }, () => 1);
  for (const at of [0, 1, 777, 1500, 2998, 2999]) {
    const loss = losses.map((value, i) => (i === at ? 50 : value));
    const curves = { ...fakeCurves(losses.map((_, i) => i + 1)), loss, lossMin: loss, lossMax: loss };
    const part = curvePart(curves, { points: 1200 });
    expect(part.step).toHaveLength(1200);
    expect(Math.max(...(part.lossMax as number[]))).toBe(50);
    expect(part.step.at(-1)).toBe(3000);
  }
});

it('mean, minimum and maximum cover all steps of a point, whatever the buckets', () => {
  const losses = fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 80 });
  const cuts = fc.array(fc.boolean(), { minLength: 80, maxLength: 80 });
  fc.assert(
    fc.property(losses, cuts, fc.integer({ min: 1, max: 30 }), fc.nat(80), (all, cut, points, from) => {
      const ends = all.flatMap((_, i) => (cut[i] || i === all.length - 1 ? [i + 1] : []));
      const part = curvePart(bucketed(all, ends), { points, from });
      const kept = ends.filter((end) => end >= from);
      expect(part.step).toHaveLength(Math.min(points, kept.length));
      const first = ends[ends.indexOf(kept[0] ?? 0) - 1] ?? 0;
      part.step.forEach((end, b) => {
        const steps = all.slice(part.step[b - 1] ?? first, end);
        expect(part.loss[b]).toBeCloseTo(meanOf(steps), 9);
        expect(part.error[b]).toBeCloseTo(2 * meanOf(steps), 9);
        expect([part.lossMin[b], part.lossMax[b]]).toEqual([Math.min(...steps), Math.max(...steps)]);
      });
      expect(part.step.at(-1)).toBe(kept.at(-1));
    }),
    { numRuns: 300 },
  );
});

it('everything except loss and error comes from the last step of a point, including stage coordinates', () => {
  const part = curvePart(fakeCurves([10, 20, 30, 40, 50]), { points: 2, from: 20 });
  const last = fakeCurves([30, 50]);
  expect({ ...part, loss: null, lossMin: null, lossMax: null, total: 0 }).toEqual({
    ...last,
    loss: null,
    lossMin: null,
    lossMax: null,
    total: 0,
  });
});

it('non-finite values are ignored, and points without any loss have none', () => {
  const holes = (loss: readonly (number | null)[]): StepCurves => ({
    ...fakeCurves([1, 2, 3, 4]),
    loss,
    lossMin: loss,
    lossMax: loss,
  });
  const part = curvePart(holes([null, 3, null, null]), { points: 2 });
  expect([part.loss, part.lossMin, part.lossMax]).toEqual([
    [3, null],
    [3, null],
    [3, null],
  ]);
  expect(curvePart(holes([1, 2, 3, 4]), { points: 9, from: 5 }).step).toEqual([]);
});
