/** Small line plots beside the main picture, with a cursor. */
import { type Box, type Mark, type Plot, textWidth, type Theme } from '../../../draw/index.ts';
import { cursorLine, type LineAxis, type Lines, type Series, titledLines } from '../../../pictures/lines.ts';

export type Line = Series;

export interface LinesOptions {
  readonly box: Box;
  readonly title: string;
  readonly x: LineAxis;
  readonly y?: LineAxis;
  readonly lines: readonly Series[];
  /** Cursor position on the x axis, and its label. */
  readonly cursor?: number;
  readonly cursorWords?: string;
  /** x values marked at the bottom of the plot. */
  readonly ticks?: readonly number[];
}

/** Lines with a title, a legend, a cursor and the values at the cursor. */
export function linesPlot(
  { box, title, x, y = {}, lines, cursor, cursorWords, ticks = [] }: LinesOptions,
  theme: Theme,
): Mark[] {
  const all: Lines = { id: '', title, x, y, series: lines, description: '' };
  const { plot, marks } = titledLines(all, box, theme);
  const bottom = plot.top + plot.height;
  const inside = ticks.map((at): Mark => ({
    kind: 'path',
    points: [plot.sx(at), bottom, plot.sx(at), bottom - 7],
    stroke: theme.ink,
    lineWidth: 1.2,
  }));
  if (cursor !== undefined) {
    inside.push(cursorLine(plot, cursor, theme));
    if (cursorWords !== undefined) inside.push(besideCursor(cursorWords, plot.sx(cursor), plot, theme));
    inside.push(...lines.flatMap((line) => dotAt(line, cursor, plot, all, theme)));
  }
  return [...marks, plot.inside(inside)];
}

/** Text at the top of a cursor, on the side with room. */
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

/** A dot where the cursor meets a line, or at the end of a line that ends before the cursor. */
function dotAt(
  { x, y, colour }: Series,
  cursor: number,
  { sx, sy }: Plot,
  { y: { scale } }: Lines,
  theme: Theme,
): Mark[] {
  let index = 0;
  while (index + 1 < x.length && x[index + 1]! <= cursor) index++;
  const [before, after] = [x[index], x[index + 1]];
  const [from, to = from] = [y[index], y[index + 1]];
  const isDrawn = (value: number | null | undefined): value is number =>
    Number.isFinite(value) && (scale !== 'log' || value! > 0);
  if (before === undefined || !isDrawn(from)) return [];
  const share =
    after === undefined || after <= before || !isDrawn(to)
      ? 0
      : Math.max(0, (cursor - before) / (after - before));
  // Interpolates in screen coordinates, in which the lines are straight.
  const height = share > 0 && isDrawn(to) ? sy(from) + share * (sy(to) - sy(from)) : sy(from);
  const at = Math.min(Math.max(cursor, x[0]!), x.at(-1)!);
  return [{ kind: 'dots', x: [sx(at)], y: [height], radius: 3.4, fill: colour[theme.name] }];
}
