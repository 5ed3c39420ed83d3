import { expect, it } from 'vitest';
import { fakeCurves } from '../fake-row.ts';
import { appendCurves, mergedBy, reaches, usualReach } from './curves.ts';

it('new steps stand after the old ones, in every column', () => {
  const grown = appendCurves(fakeCurves([1, 2, 3]), fakeCurves([4, 5]));
  expect(grown).toEqual(fakeCurves([1, 2, 3, 4, 5]));
});

it('a run that went on from an earlier checkpoint replaces what stood after it', () => {
  const grown = appendCurves(fakeCurves([10, 20, 30, 40]), { ...fakeCurves([25, 30]), total: 30 });
  expect(grown.step).toEqual([10, 20, 25, 30]);
  expect(grown.stages.layer1?.tau).toHaveLength(4);
  expect(grown.lastStep).toBe(30);
});

it('an empty event changes nothing, and the first steps of a run are its curves', () => {
  const curves = fakeCurves([1, 2]);
  expect(appendCurves(curves, fakeCurves([]))).toBe(curves);
  expect(appendCurves({ ...fakeCurves([]), stages: {} }, curves)).toEqual(curves);
});

it('records with the same key are replaced', () => {
  const merged = mergedBy(
    [
      { k: 0, v: 'a' },
      { k: 2, v: 'b' },
    ],
    [
      { k: 1, v: 'c' },
      { k: 2, v: 'd' },
    ],
    ({ k }) => k,
  );
  expect(merged.map(({ v }) => v)).toEqual(['a', 'c', 'd']);
});

it('smoothing can be chosen up to a quarter of the run', () => {
  expect(reaches(100)).toEqual([0, 1, 2, 5, 10, 20]);
  expect(reaches(0)).toEqual([0]);
  expect(usualReach(6000)).toBe(100);
});
