/** A legend in rows that are filled from the left, with the marks of the series themselves. */
import type { Mark } from './marks.ts';
import type { Shape } from './outlines.ts';
import { fitText, textWidth } from './text.ts';
import type { Theme } from './theme.ts';

/** How a series is drawn. */
export interface Look {
  readonly colour: string;
  /** Line width in px; omitted for no line. */
  readonly lineWidth?: number;
  readonly dash?: readonly number[];
  readonly marker?: Marker;
  /** A square of the colour, for bars. */
  readonly swatch?: boolean;
}

export interface Marker {
  readonly shape: Shape;
  readonly radius: number;
  /** An outline of the colour without a fill. */
  readonly hollow?: boolean;
}

export interface LegendEntry {
  readonly name: string;
  readonly look: Look;
}

interface PlacedEntry extends LegendEntry {
  readonly x: number;
  readonly row: number;
}

export const legendRow = 19;
/** Length of the sample of a line, and the spaces after it and after a name, in px. */
const [sample, toName, between] = [24, 7, 18];

const sampleLength = ({ lineWidth }: Look): number => (lineWidth === undefined ? 10 : sample);

/** Places each entry in `width` px. Names that are too long are truncated. */
export function placeLegend(
  entries: readonly LegendEntry[],
  width: number,
  size = 12,
): readonly PlacedEntry[] {
  let [x, row] = [0, 0];
  return entries.map(({ name, look }) => {
    const before = sampleLength(look) + toName;
    const text = fitText(name, size, width - before);
    const needed = before + textWidth(text, size);
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const placed = { name: text, look, x, row };
    x += needed + between;
    return placed;
  });
}

export const legendHeight = (placed: readonly PlacedEntry[]): number =>
  placed.length ? (placed.at(-1)!.row + 1) * legendRow : 0;

/** Width of a single row in px. */
export const legendWidth = (entries: readonly LegendEntry[], size = 12): number =>
  entries.reduce(
    (sum, { name, look }) => sum + sampleLength(look) + toName + textWidth(name, size) + between,
    -between,
  );

/** @param at - the upper left corner */
export function legendMarks(
  placed: readonly PlacedEntry[],
  at: { readonly x: number; readonly y: number },
  theme: Theme,
  size = 12,
): Mark[] {
  return placed.flatMap(({ name, look, x, row }): Mark[] => {
    const [left, y] = [at.x + x, at.y + (row + 0.5) * legendRow];
    const length = sampleLength(look);
    return [
      ...(look.swatch
        ? [{ kind: 'rect', x: left, y: y - 5, width: 10, height: 10, fill: look.colour } as const]
        : []),
      ...lineMarks([left, y, left + length, y], look),
      ...markerMarks([left + length / 2], [y], look, theme),
      { kind: 'text', x: left + length + toName, y, text: name, size, fill: theme.ink, baseline: 'middle' },
    ];
  });
}

/** The line of a series through x0, y0, x1, y1, .. */
export function lineMarks(points: ArrayLike<number>, { colour, lineWidth, dash }: Look): Mark[] {
  return lineWidth === undefined
    ? []
    : [{ kind: 'path', points, stroke: colour, lineWidth, ...(dash?.length && { dash }) }];
}

/** The markers of a series. */
export function markerMarks(
  x: readonly number[],
  y: readonly number[],
  { colour, marker }: Look,
  theme: Theme,
): Mark[] {
  if (!marker) return [];
  const { shape, radius, hollow } = marker;
  return [
    {
      kind: 'dots',
      x,
      y,
      radius,
      ...(shape !== 'circle' && { shape }),
      ...(hollow ? { stroke: colour, lineWidth: 1.6 } : { fill: colour, stroke: theme.plane, lineWidth: 1 }),
    },
  ];
}
