/** Small plots of lines beside the main picture. */
import { type Axis, type Mark, plot, textLength, type Theme } from '../../draw/index.ts';
import type { Box } from './plane.ts';

export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly lineWidth?: number;
}

export interface LinesOptions {
  readonly box: Box;
  readonly title: string;
  readonly x: Omit<Axis, 'from' | 'to'> & { readonly from?: number; readonly to?: number };
  readonly y?: Omit<Axis, 'from' | 'to'> & { readonly from?: number; readonly to?: number };
  readonly lines: readonly Line[];
  /** Where the cursor stands on the x axis. */
  readonly cursor?: number;
  /** Steps of the x axis that are marked at the foot. */
  readonly ticks?: readonly number[];
}

/** Decades of a logarithmic axis at most: below lies round-off, and it would press all else together. */
const mostDecades = 12;

/** Lines with their names at their right ends, and a cursor with the values there. */
export function linesPlot(
  { box, title, x: horizontal, y: vertical = {}, lines, cursor, ticks = [] }: LinesOptions,
  theme: Theme,
): Mark[] {
  const shown = lines.filter(({ x }) => x.length > 0);
  const xs = shown.flatMap(({ x }) => extent(x, horizontal.log));
  const ys = shown.flatMap(({ y }) => extent(y, vertical.log));
  const [xFrom, xTo] = [horizontal.from ?? least(xs, 0), horizontal.to ?? most(xs, 1)];
  let [yFrom, yTo] = [vertical.from ?? least(ys, vertical.log ? 0.1 : 0), vertical.to ?? most(ys, 1)];
  if (vertical.log) yFrom = Math.max(yFrom, yTo / 10 ** mostDecades);
  else if (vertical.from === undefined || vertical.to === undefined) {
    const pad = 0.06 * (yTo - yFrom);
    if (vertical.from === undefined && yFrom !== 0) yFrom -= pad;
    if (vertical.to === undefined) yTo += pad;
  }
  const one = plot(
    {
      ...box,
      title,
      horizontal: { ...horizontal, from: xFrom, to: xTo },
      vertical: { ...vertical, from: yFrom, to: yTo },
    },
    theme,
  );
  const { sx, sy } = one;
  const marks: Mark[] = shown.map(({ x, y, colour, dash, lineWidth = 1.8 }) => ({
    kind: 'path',
    points: x.flatMap((value, i) => {
      const at = y[i]!;
      return Number.isFinite(at) && (!vertical.log || at > 0) ? [sx(value), sy(at)] : [NaN, NaN];
    }),
    stroke: colour,
    lineWidth,
    ...(dash && { dash }),
  }));
  for (const at of ticks)
    marks.push({
      kind: 'path',
      points: [sx(at), one.top + one.height, sx(at), one.top + one.height - 7],
      stroke: theme.ink,
      lineWidth: 1.2,
    });
  if (cursor !== undefined)
    marks.push({
      kind: 'path',
      points: [sx(cursor), one.top, sx(cursor), one.top + one.height],
      stroke: theme.ink,
      opacity: 0.7,
    });
  const dots =
    cursor === undefined ? [] : shown.flatMap((line) => dotAt(line, cursor, sx, sy, vertical.log ?? false));
  return [
    ...one.frame,
    one.inside([...marks, ...dots]),
    ...(lines.length > 1 ? legend(lines, box, theme) : []),
  ];
}

/** Names above the plot at its right end, in a row. */
function legend(lines: readonly Line[], box: Box, theme: Theme): Mark[] {
  const marks: Mark[] = [];
  let right = box.x + box.width - 12;
  for (const { name, colour, dash } of [...lines].reverse()) {
    marks.push({
      kind: 'text',
      x: right,
      y: box.y + 17,
      text: name,
      size: 11,
      fill: theme.ink,
      anchor: 'end',
    });
    const start = right - textLength(name, 11) - 6;
    marks.push({
      kind: 'path',
      points: [start - 16, box.y + 13, start, box.y + 13],
      stroke: colour,
      lineWidth: 2,
      ...(dash && { dash }),
    });
    right = start - 28;
  }
  return marks;
}

function dotAt(
  { x, y, colour }: Line,
  cursor: number,
  sx: (v: number) => number,
  sy: (v: number) => number,
  log: boolean,
): Mark[] {
  let index = 0;
  while (index + 1 < x.length && x[index + 1]! <= cursor) index++;
  const [before, after] = [x[index]!, x[index + 1]];
  const share =
    after === undefined || after <= before
      ? 0
      : Math.min(1, Math.max(0, (cursor - before) / (after - before)));
  const from = y[index]!;
  const to = y[index + 1] ?? from;
  // Lines are straight on the axis, not in the values.
  const value = log && from > 0 && to > 0 ? from ** (1 - share) * to ** share : from + share * (to - from);
  if (!Number.isFinite(value) || (log && value <= 0)) return [];
  return [{ kind: 'dots', x: [sx(cursor)], y: [sy(value)], radius: 3.4, fill: colour }];
}

/** Least and largest of what can be drawn. */
function extent(values: readonly number[], log = false): number[] {
  const drawn = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  return drawn.length ? [drawn.reduce((a, b) => Math.min(a, b)), drawn.reduce((a, b) => Math.max(a, b))] : [];
}

const least = (values: readonly number[], otherwise: number): number =>
  values.length ? Math.min(...values) : otherwise;
const most = (values: readonly number[], otherwise: number): number =>
  values.length ? Math.max(...values) : otherwise;
