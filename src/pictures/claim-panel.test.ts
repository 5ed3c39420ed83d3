import { expect, it } from 'vitest';
import { chooseTicks, labelTicks, type Mark, pictureToSvg, themes } from '../draw/index.ts';
import type { ClaimPanel, Series } from '../runs/index.ts';
import { claimPanel } from './claim-panel.ts';

const panel = (series: readonly Series[], log = true): ClaimPanel => ({
  title: 'Error',
  x: { title: 'depth L', log },
  y: { title: 'relative error', log },
  series,
});
const halves = (name: string, extra: Partial<Series> = {}): Series => ({
  name,
  points: [4, 8, 16, 32].map((x) => [x, 1 / x, 0.8 / x, 1.25 / x]),
  ...extra,
});
const draw = (claim: ClaimPanel): string => {
  const picture = claimPanel(claim)?.draw(themes.light, 440);
  return picture ? pictureToSvg(picture) : '';
};
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

it.each([
  [
    [1e-11, 3e-3],
    ['10⁻¹¹', '10⁻⁹', '10⁻⁷', '10⁻⁵', '10⁻³'],
  ],
  [
    [1, 800],
    ['1', '10', '100'],
  ],
  [
    [0.0026, 0.022],
    ['0.005', '0.01', '0.02'],
  ],
  [
    [6e-4, 2.4e-3],
    ['0.001', '0.0015', '0.002'],
  ],
  [
    [1.03, 1.52],
    ['1.1', '1.2', '1.3', '1.4', '1.5'],
  ],
] as const)('a logarithmic axis over %j has ticks %j', ([from, to], labels) => {
  const ticks = chooseTicks('log', from, to, 4);
  expect(labelTicks('log', ticks)).toEqual(labels);
  expect(ticks.every((value) => value >= from && value <= to)).toBe(true);
});

it('predictions are dashed and have no markers; measurements have whiskers', () => {
  const measured = draw(panel([halves('measured')]));
  expect(measured).not.toContain('stroke-dasharray');
  const both = draw(panel([halves('measured'), { ...halves('predicted'), predicted: true }]));
  // In the plot and in the legend.
  expect(count(both, /stroke-dasharray="5 4"/g)).toBe(2);
  expect(count(both, /<circle/g)).toBe(4 + 1);
});

it('series at the same points have different markers, and whiskers side by side', () => {
  const series = [halves('one', { mark: 'points' }), halves('other', { mark: 'points' })];
  const picture = claimPanel(panel(series))?.draw(themes.light, 440);
  const dots = picture?.marks.filter((mark): mark is Extract<Mark, { kind: 'dots' }> => mark.kind === 'dots');
  expect(new Set(dots?.map(({ shape = 'circle' }) => shape)).size).toBe(2);
  expect(new Set(dots?.slice(0, 2).map(({ x }) => x[0])).size).toBe(2);
});

it('a logarithmic axis skips numbers it cannot show; a panel without others is not drawn', () => {
  const drawn = (points: Series['points'], log = true): unknown =>
    claimPanel(panel([{ name: 'a', points }], log));
  expect(
    drawn([
      [1, 0],
      [2, -1],
      [0, 1],
      [1, NaN],
    ]),
  ).toBeUndefined();
  expect(
    drawn([
      [1, 0],
      [2, 1],
    ]),
  ).toBeDefined();
  expect(drawn([[0, -1]], false)).toBeDefined();
});
