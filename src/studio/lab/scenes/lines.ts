/** Small plots of lines beside the main picture. */
import { type Axis, type Mark, plot, type Plot, textWidth, type Theme } from '../../../draw/index.ts';
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
  /** Where the cursor stands on the x axis, and what is written beside it. */
  readonly cursor?: number;
  readonly cursorWords?: string;
  /** Steps of the x axis that are marked at the foot. */
  readonly ticks?: readonly number[];
}

/** Decades of a logarithmic axis at most: below lies round-off, and it would press all else together. */
const mostDecades = 12;

/** Lines with a cursor and the values there; names stand beside the title, or beneath it where there is no room. */
export function linesPlot(
  {
    box: outer,
    title,
    x: horizontal,
    y: vertical = {},
    lines,
    cursor,
    cursorWords,
    ticks = [],
  }: LinesOptions,
  theme: Theme,
): Mark[] {
  const named = lines.filter(({ name }) => name !== '');
  const beneath = named.length > 0 && legendLength(named) + textWidth(title, 12.5) + 40 > outer.width;
  const rows = beneath ? legendRows(named, outer.width - 4) : named.length > 0 ? [named] : [];
  const head = beneath ? rows.length * legendRow : 0;
  const box = { ...outer, y: outer.y + head, height: outer.height - head };
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
      title: beneath ? '' : title,
      horizontal: { ...horizontal, from: xFrom, to: xTo },
      vertical: { ...vertical, from: yFrom, to: yTo },
    },
    theme,
  );
  const { sx, sy } = one;
  const marks: Mark[] = shown.map((line) => lineMark(line, sx, sy, vertical.log ?? false));
  const foot = one.top + one.height;
  for (const at of ticks)
    marks.push({ kind: 'path', points: [sx(at), foot, sx(at), foot - 7], stroke: theme.ink, lineWidth: 1.2 });
  if (cursor !== undefined)
    marks.push({
      kind: 'path',
      points: [sx(cursor), one.top, sx(cursor), foot],
      stroke: theme.ink,
      opacity: 0.7,
    });
  if (cursor !== undefined && cursorWords !== undefined)
    marks.push(besideCursor(cursorWords, sx(cursor), one, theme));
  const dots =
    cursor === undefined ? [] : shown.flatMap((line) => dotAt(line, cursor, sx, sy, vertical.log ?? false));
  return [
    ...one.frame,
    one.inside([...marks, ...dots]),
    ...(beneath ? [titleMark(title, outer, theme)] : []),
    ...rows.flatMap((row, i) =>
      legend(row, beneath ? { ...outer, y: outer.y + (i + 1) * legendRow } : outer, theme, beneath),
    ),
  ];
}

/** A line; one that has a single point is a dot there. */
function lineMark(
  { x, y, colour, dash, lineWidth = 1.8 }: Line,
  sx: (v: number) => number,
  sy: (v: number) => number,
  log: boolean,
): Mark {
  const drawn = (i: number): boolean => Number.isFinite(y[i]) && (!log || y[i]! > 0);
  const only = x.flatMap((_, i) => (drawn(i) ? [i] : []));
  const [one] = only;
  if (only.length === 1 && one !== undefined)
    return { kind: 'dots', x: [sx(x[one]!)], y: [sy(y[one]!)], radius: 4, fill: colour };
  return {
    kind: 'path',
    points: x.flatMap((value, i) => (drawn(i) ? [sx(value), sy(y[i]!)] : [NaN, NaN])),
    stroke: colour,
    lineWidth,
    ...(dash && { dash }),
  };
}

/** Words at the head of a cursor, on the side where there is room. */
function besideCursor(text: string, at: number, { left, top, width }: Plot, theme: Theme): Mark {
  const right = at + textWidth(text, 11) + 12 < left + width;
  return {
    kind: 'text',
    x: right ? at + 6 : at - 6,
    y: top + 14,
    text,
    size: 11,
    anchor: right ? 'start' : 'end',
    fill: theme.ink,
    halo: theme.plane,
  };
}

const legendRow = 20;
const [keyLength, keyGap, nameGap] = [16, 6, 14];

/** Names in rows of at most so many px; lengths of texts are known within a tenth. */
function legendRows(lines: readonly Line[], width: number): Line[][] {
  const rows: Line[][] = [];
  for (const line of lines) {
    const row = rows.at(-1);
    if (row && legendLength([...row, line]) - nameGap <= width) row.push(line);
    else rows.push([line]);
  }
  return rows;
}

/** Of names and keys in a row, in px. */
const legendLength = (lines: readonly Line[]): number =>
  lines.reduce((sum, { name }) => sum + keyLength + keyGap + textWidth(name, 11) + nameGap, 0);

const titleMark = (title: string, { x, y }: Box, theme: Theme): Mark => ({
  kind: 'text',
  x: x + 4,
  y: y + 17,
  text: title,
  size: 12.5,
  weight: 'bold',
  fill: theme.ink,
});

/** Keys and names above the plot, at its right end or from its left edge. */
function legend(lines: readonly Line[], box: Box, theme: Theme, fromLeft: boolean): Mark[] {
  let x = fromLeft ? box.x + 4 : box.x + box.width - legendLength(lines);
  return lines.flatMap(({ name, colour, dash }): Mark[] => {
    const start = x;
    x += keyLength + keyGap + textWidth(name, 11) + nameGap;
    return [
      {
        kind: 'path',
        points: [start, box.y + 13, start + keyLength, box.y + 13],
        stroke: colour,
        lineWidth: 2,
        ...(dash && { dash }),
      },
      { kind: 'text', x: start + keyLength + keyGap, y: box.y + 17, text: name, size: 11, fill: theme.ink },
    ];
  });
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
  // A line that ends before the cursor is read where it ends.
  const at = Math.min(Math.max(cursor, x[0]!), x.at(-1)!);
  const from = y[index]!;
  const to = y[index + 1] ?? from;
  // Lines are straight on the axis, not in the values.
  const value = log && from > 0 && to > 0 ? from ** (1 - share) * to ** share : from + share * (to - from);
  if (!Number.isFinite(value) || (log && value <= 0)) return [];
  return [{ kind: 'dots', x: [sx(at)], y: [sy(value)], radius: 3.4, fill: colour }];
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
