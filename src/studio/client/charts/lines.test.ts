import { expect, it } from 'vitest';
import { pictureToSvg, seriesColour, type Theme } from '../../../draw/index.ts';
import { type Lines, linesTable } from '../../../pictures/index.ts';
import { drawLines, overLines } from './lines.ts';
import { describeLines } from './words.ts';

const theme: Theme = {
  name: 'light',
  ink: '#000000',
  muted: '#555555',
  grid: '#eeeeee',
  rule: '#aaaaaa',
  paper: '#ffffff',
  plane: '#ffffff',
  series: ['#0065a4'],
  diverging: ['#000000', '#ffffff', '#000000'],
  sequential: ['#000000', '#ffffff'],
};
const x = Array.from({ length: 100 }, (_, i) => i + 1);
const lines: Lines = {
  id: 'loss',
  title: 'Loss',
  x: { title: 'step', from: 0, to: 100 },
  y: { title: 'loss' },
  series: [{ name: 'training <b>', colour: seriesColour(0), x, y: x.map((step) => 100 / step) }],
  description: 'falls',
};

it('lines are inside the plot, with text labels at their ends', () => {
  const { picture, plot } = drawLines(lines, undefined, 800, 300, theme, true);
  expect(plot.sx(0)).toBeCloseTo(plot.left, 6);
  expect(plot.sx(100)).toBeCloseTo(plot.left + plot.width, 6);
  const svg = pictureToSvg(picture);
  expect(svg).toContain('training &lt;b&gt;');
  expect(svg).toContain('Loss. falls');
});

it('zooming shows the selected range with an axis for it', () => {
  const { plot } = drawLines(lines, [50, 100], 800, 300, theme);
  expect(plot.sx(50)).toBeCloseTo(plot.left, 6);
  // The range is 1 to 2 here: the 100 of the first step is out of view.
  expect(plot.sy(100)).toBeLessThan(plot.top - 1000);
});

it('a logarithmic axis skips values that are not positive', () => {
  const withZero = {
    ...lines,
    y: { title: 'loss', scale: 'log' as const },
    series: [{ ...lines.series[0]!, y: x.map((step) => (step === 1 ? 0 : 100 / step)) }],
  };
  const { plot } = drawLines(withZero, undefined, 800, 300, theme);
  expect(Number.isFinite(plot.sy(50))).toBe(true);
  expect(plot.sy(10) - plot.sy(100)).toBeCloseTo(plot.sy(1) - plot.sy(10), 6);
});

it('an outlier in a faint line does not flatten the rest', () => {
  const y = x.map((step) => (step === 40 ? 1e6 : 1));
  const noisy = { ...lines, series: [{ ...lines.series[0]!, y, smoothed: x.map(() => 1) }] };
  const { plot } = drawLines(noisy, undefined, 800, 300, theme);
  expect(plot.sy(1) - plot.sy(1.05)).toBeGreaterThan(20);
});

it('draws a picture without data, also under a cursor', () => {
  const empty = { ...lines, series: [{ ...lines.series[0]!, x: [], y: [] }] };
  const drawn = drawLines(empty, undefined, 800, 300, theme);
  const marks = [...drawn.picture.marks, ...overLines(empty, drawn, { cursor: 3 }, theme)];
  expect(pictureToSvg({ ...drawn.picture, marks })).not.toMatch(/NaN|Infinity/);
});

it('a cursor has a dot on each line at the nearest point', () => {
  const drawn = drawLines(lines, undefined, 800, 300, theme);
  const [, dot] = overLines(lines, drawn, { cursor: 40.2 }, theme);
  expect(dot).toMatchObject({ kind: 'dots', x: [drawn.plot.sx(40)], y: [drawn.plot.sy(2.5)] });
  expect(overLines(lines, drawn, { cursor: 400 }, theme)).toEqual([]);
});

it('the table has every point of every series', () => {
  const table = linesTable(lines);
  expect(table.header).toEqual(['series', 'step', 'loss']);
  expect(table.rows).toHaveLength(100);
  expect(table.rows[3]).toEqual(['training <b>', 4, 25]);
});

it('words, cursor and table have the recorded values, whatever the smoothing', () => {
  const y = [3.678, 1, null, 2];
  const one = { name: 'loss', colour: seriesColour(0), x: [1, 2, 3, 4], y, smoothed: [2.8, 2, null, 2] };
  const chart = { ...lines, x: { title: 'step', from: 0, to: 4 }, series: [one] };
  expect(describeLines([one], 'step')).toBe('loss: from 3.678 at step 1 to 2 at 4, min 1 at 2');
  expect(linesTable(chart)).toMatchObject({
    header: ['series', 'step', 'loss', 'smoothed'],
    rows: [
      ['loss', 1, 3.678, 2.8],
      ['loss', 2, 1, 2],
      ['loss', 3, null, null],
      ['loss', 4, 2, 2],
    ],
  });
  const drawn = drawLines(chart, undefined, 800, 300, theme);
  const [, dot] = overLines(chart, drawn, { cursor: 1 }, theme);
  expect(dot).toMatchObject({ y: [drawn.plot.sy(3.678)] });
  // The missing value is a gap of the line, and has no dot.
  expect(overLines(chart, drawn, { cursor: 3 }, theme)).toHaveLength(1);
});

it('the description gives the first and last values, and the minimum where it is neither', () => {
  const dip = { name: 'loss', colour: seriesColour(0), x: [1, 2, 3], y: [2, 0.5, 1] };
  expect(describeLines([dip], 'step')).toBe('loss: from 2 at step 1 to 1 at 3, min 0.5 at 2');
  expect(describeLines([{ ...dip, x: [], y: [] }], 'step')).toBe('loss: no data yet');
});
