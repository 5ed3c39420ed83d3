/** The picture of a line chart and the overlay above it. */
import type { Mark, Picture, Plot, Theme } from '../../../draw/index.ts';
import { cursorMarks, drawLines as drawIn, type Lines } from '../../../pictures/index.ts';

/** Lines with a given range of x. */
export interface ChartLines extends Lines {
  readonly x: Lines['x'] & { readonly from: number; readonly to: number };
}

/** The overlay: cursor and zoom selection. */
export interface Over {
  readonly cursor?: number | undefined;
  /** The x range being selected for zooming. */
  readonly choosing?: readonly [number, number] | undefined;
}

export interface Drawn {
  readonly picture: Picture;
  readonly plot: Plot;
}

/** Narrower charts name the lines in the legend only. */
const minNamedWidth = 560;

/**
 * @param zoom - the visible x range; undefined for all
 * @param named - whether the ends of the lines are labelled
 */
export function drawLines(
  lines: Lines,
  zoom: readonly [number, number] | undefined,
  width: number,
  height: number,
  theme: Theme,
  named = false,
): Drawn {
  const series =
    named && width >= minNamedWidth ? lines.series.map((one) => ({ ...one, end: one.name })) : lines.series;
  const { plot, marks } = drawIn({ ...lines, series }, { x: 0, y: 0, width, height }, theme, { zoom });
  const description = `${lines.title}. ${lines.description}`;
  return { plot, picture: { width, height, background: theme.paper, description, marks } };
}

/** The cursor with a dot on each line, and the zoom selection. */
export function overLines(
  lines: Lines,
  { plot }: Drawn,
  { cursor, choosing }: Over,
  theme: Theme,
): readonly Mark[] {
  return [
    ...(choosing ? [plot.inside([selection(choosing, plot, theme)])] : []),
    ...(cursor === undefined ? [] : cursorMarks(lines, plot, cursor, theme)),
  ];
}

function selection(choosing: readonly [number, number], { sx, top, height }: Plot, theme: Theme): Mark {
  const [from, to] = [sx(Math.min(...choosing)), sx(Math.max(...choosing))];
  return { kind: 'rect', x: from, y: top, width: to - from, height, fill: theme.ink, opacity: 0.08 };
}
