import { expect, it } from 'vitest';
import { fakeCurves } from '../fake-row.ts';
import { appendCurves, curvesAfter, curvesUpTo, reaches, defaultReach } from './curves.ts';

it('new steps follow the old ones in every column', () => {
  const grown = appendCurves(fakeCurves([1, 2, 3]), fakeCurves([4, 5]));
  expect(grown).toEqual(fakeCurves([1, 2, 3, 4, 5]));
});

it('a run resumed from an earlier checkpoint replaces the later steps', () => {
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

it('curves are cut at a step in every column', () => {
  const curves = fakeCurves([1, 2, 3, 4]);
  expect({ ...curvesUpTo(curves, 2), total: 2 }).toEqual(fakeCurves([1, 2]));
  expect(curvesAfter(curves, 2)).toEqual(fakeCurves([3, 4]));
  expect(curvesUpTo(curves, 4)).toBe(curves);
  expect(curvesUpTo(curves, 0)).toMatchObject({ step: [], lastStep: 0 });
});

it('a stage in only one part has empty entries for the other, so that entries keep their steps', () => {
  const bare = { ...fakeCurves([1, 2]), stages: {} };
  const tau = [4, 5].map((step) => [1 + step / 1000, 2]);
  const none = { tauEnd: null, step: null };
  expect(appendCurves(bare, fakeCurves([4, 5])).stages).toEqual({
    layer1: { ...none, tau: [[], [], ...tau] },
  });
  expect(appendCurves(fakeCurves([4, 5]), { ...fakeCurves([6, 7]), stages: {} }).stages).toEqual({
    layer1: { ...none, tau: [...tau, [], []] },
  });
});

it('smoothing goes up to a quarter of the run', () => {
  expect(reaches(100)).toEqual([0, 1, 2, 5, 10, 20]);
  expect(reaches(0)).toEqual([0]);
  expect(defaultReach(6000)).toBe(100);
});
