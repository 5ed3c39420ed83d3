import { expect, it } from 'vitest';
import { fakeCurves } from '../fake-row.ts';
import { beadsAt, beadWords, stageNames, swapsBetween, timelineOf } from './timeline.ts';

it('beads are in flow order, each after a bar as wide as its step', () => {
  const beads = beadsAt({ tau: [[2, 0.5, 3]], tauEnd: null, step: null }, 0, true);
  expect(beads.map(({ particle, from, to, width }) => [particle, from, to, width])).toEqual([
    [1, 0, 0.5, 0.5],
    [0, 0.5, 2, 1.5],
    [2, 2, 3, 1],
  ]);
});

it('a frozen order is kept, and an overtaken block has zero width', () => {
  const beads = beadsAt({ tau: [[2, 0.5]], tauEnd: null, step: null }, 0, false);
  expect(beads.map(({ particle, width }) => [particle, width])).toEqual([
    [0, 2],
    [1, 0],
  ]);
});

it('intervals run from start to end, and step sizes add up', () => {
  const [interval] = beadsAt({ tau: [[1]], tauEnd: [[1.75]], step: null }, 0, true);
  expect([interval?.from, interval?.to, interval?.width]).toEqual([1, 1.75, 0.75]);
  const sums = beadsAt({ tau: null, tauEnd: null, step: [[1, 0.5]] }, 0, true);
  expect(sums.map(({ at }) => at)).toEqual([1, 1.5]);
});

it('a timeline covers the depth of all its points, from 0', () => {
  const timeline = timelineOf(fakeCurves([100, 2000]), 'layer1', true);
  expect(timeline?.depth).toEqual([0, 3]);
  expect(timeline?.beads[1]?.map(({ particle }) => particle)).toEqual([1, 0]);
  expect(timelineOf(fakeCurves([1]), 'layer9', true)).toBeUndefined();
});

it('stages without coordinates are omitted, the others are in natural order', () => {
  const tau = [[1]];
  const stages = {
    layer10: { tau, tauEnd: null, step: null },
    layer2: { tau, tauEnd: null, step: null },
    none: { tau: [[]], tauEnd: null, step: null },
    vanilla: { tau: null, tauEnd: null, step: null },
  };
  expect(stageNames({ ...fakeCurves([1]), stages })).toEqual(['layer2', 'layer10']);
});

it('lists the swaps of a stage between two points', () => {
  const swap = (step: number, stage: string) => ({
    step,
    stage,
    epoch: 0,
    before: [0, 1],
    after: [1, 0],
    pairs: [[0, 1] as const],
  });
  const swaps = [swap(10, 'a'), swap(11, 'a'), swap(11, 'b'), swap(20, 'a')];
  expect(swapsBetween(swaps, 'a', 10, 20).map(({ step }) => step)).toEqual([11, 20]);
});

it('lists few blocks one by one, and the extremes of many', () => {
  const words = (tau: number[]): string =>
    beadWords(beadsAt({ tau: [tau], tauEnd: null, step: null }, 0, true));
  expect(words([2, 0.5])).toBe('block 2 at 0.500 (h 0.500), block 1 at 2.000 (h 1.500)');
  expect(words([1, 2, 3, 4, 5, 6, 7, 8, 8.25])).toBe(
    '9 blocks up to depth 8.250, step sizes from 0.250 (block 9) to 1.000 (block 1)',
  );
  expect(words([])).toBe('no blocks');
});
