import { expect, it } from 'vitest';
import type { ClaimPanel, Series } from '../../runs/index.ts';
import { renderSvg } from '../render.ts';
import { claimPanelSpec } from './claim-panel.ts';
import { logTicks } from './log-ticks.ts';
import { placeLabels } from './series-legend.ts';

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
const draw = async (claim: ClaimPanel): Promise<string> => {
  const warnings: string[] = [];
  const svg = await renderSvg(claimPanelSpec(claim) ?? {}, { onWarning: (text) => warnings.push(text) });
  expect(warnings).toEqual([]);
  return svg;
};
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

it.each([
  [
    [1e-11, 3e-3],
    ['10⁻¹⁰', '10⁻⁸', '10⁻⁶', '10⁻⁴'],
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
    ['7·10⁻⁴', '10⁻³', '1.5·10⁻³', '2·10⁻³'],
  ],
  [
    [1.03, 1.52],
    ['1.1', '1.2', '1.3', '1.4', '1.5'],
  ],
  [[5, 5], ['5']],
])('a logarithmic axis over %j has ticks %j', (values, labels) => {
  const ticks = logTicks(values);
  expect(ticks.labels).toEqual(labels);
  expect(ticks.values.every((value) => value >= values[0]! && value <= values[1]!)).toBe(true);
});

it('predictions are dashed and have no markers; measurements have ranges with caps', async () => {
  const measured = await draw(panel([halves('measured')]));
  expect(measured).not.toContain('stroke-dasharray');
  const both = await draw(panel([halves('measured'), { ...halves('predicted'), predicted: true }]));
  // In the plot and in the legend.
  expect(count(both, /stroke-dasharray="5,4"/g)).toBe(2);
  expect(count(both, /mark-symbol/g)).toBe(2);
});

it('series on the same points are told apart by their markers', async () => {
  const svg = await draw(panel([halves('one', { mark: 'points' }), halves('other', { mark: 'points' })]));
  const markers = [
    ...svg.matchAll(/aria-roledescription="point"[^>]*d="([^"]+)"|mark-symbol[^>]*><path[^>]* d="([^"]+)"/g),
  ];
  expect(new Set(markers.map(([, a, b]) => a ?? b)).size).toBe(2);
});

it('what a logarithmic axis cannot show is left out; a panel of nothing else is not drawn', () => {
  const bad = (points: Series['points']): unknown => claimPanelSpec(panel([{ name: 'a', points }]));
  expect(
    bad([
      [1, 0],
      [2, -1],
      [0, 1],
      [1, NaN],
    ]),
  ).toBeUndefined();
  expect(
    bad([
      [1, 0],
      [2, 1],
    ]),
  ).toBeDefined();
  expect(claimPanelSpec(panel([{ name: 'a', points: [[0, -1]] }], false))).toBeDefined();
});

it('labels fill a line, then the next; a long one is cut', () => {
  const placed = placeLabels(['short', 'a label of middle length', 'x'.repeat(200), 'last'], 300);
  expect(placed.map(({ row }) => row)).toEqual([0, 0, 1, 2]);
  expect(placed[1]?.x).toBeGreaterThan(0);
  expect(placed[2]?.text.endsWith('…')).toBe(true);
});
