/** Named rows with a scale of numbers below them. */
import {
  type Box,
  fitText,
  type Mark,
  type NumberAxis,
  type Picture,
  type Plot,
  textWidth,
  type Theme,
} from '../draw/index.ts';
import { chart, type ChartOptions } from './chart.ts';

const fontSize = 12;

interface RowOptions extends Pick<ChartOptions, 'width' | 'heading' | 'legend' | 'description'> {
  readonly names: readonly string[];
  /** Wider names are truncated, in px. */
  readonly maxName?: number;
  readonly rowHeight: number;
  readonly gap?: number;
  readonly axis: NumberAxis;
  /** Written to the right of each row. */
  readonly texts?: readonly string[];
}

/** @param row - the marks of row i, whose centre is at `plot.sy(i)` */
export function rowChart(
  { names, maxName = 200, rowHeight, gap = 0.3, axis, texts, ...rest }: RowOptions,
  theme: Theme,
  row: (i: number, plot: Plot) => readonly Mark[],
  below: (plot: Plot) => readonly Mark[] = () => [],
): Picture {
  const size = Math.min(fontSize, rowHeight - 2);
  const cut = names.map((name) => fitText(name, size, maxName));
  const left = Math.max(20, ...cut.map((name) => textWidth(name, size))) + 12;
  const right = texts ? Math.max(...texts.map((text) => textWidth(text, fontSize))) + 20 : 20;
  return chart(
    {
      ...rest,
      height: Math.max(2, names.length) * rowHeight,
      margins: { left, right },
      horizontal: axis,
      // A single row keeps the height of one row.
      vertical: { bands: names.length > 1 ? cut : [...cut, ''], gap, size },
    },
    theme,
    (plot) => [
      ...below(plot),
      ...names.flatMap((_, i) => row(i, plot)),
      ...(texts ?? []).map((text, i): Mark => ({
        kind: 'text',
        x: plot.left + plot.width + 10,
        y: plot.sy(i),
        text,
        size: fontSize,
        weight: 'bold',
        fill: theme.ink,
        baseline: 'middle',
      })),
    ],
  );
}

/** A filled dot on an outline in the colour of the background. */
export const dot = (x: number, y: number, fill: string, theme: Theme, radius = 4.4): Mark => ({
  kind: 'dots',
  x: [x],
  y: [y],
  radius,
  fill,
  stroke: theme.plane,
  lineWidth: 1,
});

/** A thick, pale line: an interval around a mean. */
export const intervalBar = (from: number, to: number, y: number, stroke: string, lineWidth = 5): Mark => ({
  kind: 'path',
  points: [from, y, to, y],
  stroke,
  lineWidth,
  opacity: 0.35,
});

/** A short vertical line: a mean. */
export const tick = (x: number, y: number, theme: Theme, height = 16): Mark => ({
  kind: 'path',
  points: [x, y - height / 2, x, y + height / 2],
  stroke: theme.ink,
  lineWidth: 2,
});

export const bar = (box: Box, fill: string): Mark => ({ kind: 'rect', ...box, radius: 2, fill });

/** A range around values with padding at both ends. */
export function paddedRange(values: readonly number[], share = 0.08): readonly [number, number] {
  const known = values.filter(Number.isFinite);
  const [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  const pad = (high - low) * share || Math.abs(high) * 0.05 || 1;
  return [low - pad, high + pad];
}
