/** Curves in a plot: axes, lines with faint raw values below, spread, markers, end labels, a cursor. */
import { extent } from 'd3-array';
import {
  type Box,
  type Colour,
  fitText,
  legendHeight,
  legendMarks,
  type LegendEntry,
  legendWidth,
  lineMarks,
  type Look,
  type Margins,
  type Mark,
  type Marker,
  markerMarks,
  type NumberAxis,
  placeLegend,
  plot,
  type Plot,
  type ScaleType,
  spreadLabels,
  textWidth,
  type Theme,
} from '../draw/index.ts';
import { indexAt } from './smooth.ts';
import type { Table } from './table-data.ts';

type Values = readonly (number | null)[];

export interface Series {
  readonly name: string;
  readonly colour: Colour;
  readonly x: readonly number[];
  /** The recorded values: words, legends and saved tables have these. Missing ones are gaps. */
  readonly y: Values;
  /** Drawn as the line, with the recorded values faintly below it. */
  readonly smoothed?: Values;
  /** Minimum and maximum of the values behind each point, drawn as an area or as whiskers. */
  readonly band?: readonly [Values, Values];
  readonly whiskers?: boolean;
  /** Width of the line in px, 0 for none. Default 1.8. */
  readonly lineWidth?: number;
  /** Lengths of dashes and gaps in px. Default: a solid line. */
  readonly dash?: readonly number[];
  readonly marker?: Marker;
  /** Moves the series to the right, in px, so that its whiskers do not cover others. */
  readonly shift?: number;
  /** Written at the end of the line. */
  readonly end?: string;
}

/** An axis of lines; its default range is that of the data. */
export interface LineAxis extends Partial<Omit<NumberAxis, 'bare'>> {
  /** The range includes 0. */
  readonly zero?: boolean;
}

export interface Lines {
  /** Part of file names. */
  readonly id: string;
  readonly title: string;
  readonly x: LineAxis;
  readonly y: LineAxis;
  readonly series: readonly Series[];
  /** A text alternative. */
  readonly description: string;
}

export interface DrawnLines {
  readonly plot: Plot;
  readonly marks: readonly Mark[];
}

export interface LineOptions {
  /** The visible x range. Default: all. */
  readonly zoom?: readonly [number, number] | undefined;
  readonly margins?: Partial<Margins>;
  /** Space for the end labels. Default: as needed, at most 30 % of the width. */
  readonly endRoom?: number;
  /** Written above the plot, bold. */
  readonly heading?: string;
}

const isUsable = (value: number | null | undefined, scale: ScaleType = 'linear'): value is number =>
  value !== null && value !== undefined && Number.isFinite(value) && (scale !== 'log' || value > 0);

/** Maximum number of decades of a logarithmic axis: values below are round-off and would flatten the rest. */
const maxDecades = 12;

/** The range of an axis for its values, with padding at both ends except at 0. */
function rangeOf({ from, to, scale, zero }: LineAxis, values: readonly number[]): readonly [number, number] {
  const [low, high] = extent([...values, ...(zero && scale !== 'log' ? [0] : [])]);
  if (low === undefined) return [from ?? (scale === 'log' ? 0.1 : 0), to ?? Math.max(1, 2 * (from ?? 0))];
  if (scale === 'log') {
    const pad = low < high ? (high / low) ** 0.04 : 2;
    const top = to ?? high * pad;
    return [from ?? Math.max(low / pad, top / 10 ** maxDecades), top];
  }
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  return [from ?? (low === 0 ? 0 : low - pad), to ?? (high === 0 && low < 0 ? 0 : high + pad)];
}

/** Drops the outermost hundredths, so that one outlier does not flatten the rest. */
function inner(values: number[]): readonly number[] {
  if (values.length < 50) return values;
  values.sort((a, b) => a - b);
  return [values[Math.floor(values.length / 100)]!, values[Math.ceil(values.length * 0.99) - 1]!];
}

/** The y values to be covered by the axis between two x values. */
function covered({ series, y }: Lines, [from, to]: readonly [number, number]): number[] {
  return series.flatMap(({ x, y: values, smoothed, band = [], whiskers }) => {
    const seen = x.flatMap((at, i) => (at >= from && at <= to ? [i] : []));
    const usable = (list: Values): number[] =>
      seen.flatMap((i) => {
        const value = list[i];
        return isUsable(value, y.scale) ? [value] : [];
      });
    const spread = band.flatMap(usable);
    const recorded = usable(values);
    return smoothed
      ? [...usable(smoothed), ...inner(recorded)]
      : [...recorded, ...(whiskers ? spread : inner(spread))];
  });
}

/** Lines in a box. */
export function drawLines(lines: Lines, box: Box, theme: Theme, options: LineOptions = {}): DrawnLines {
  const { series, x, y } = lines;
  const size = 12;
  const widest = Math.max(0, ...series.map(({ end = '' }) => textWidth(end, size)));
  const room = options.endRoom ?? (widest ? Math.min(box.width * 0.3, widest) + 6 : 0);
  const horizontal =
    options.zoom ??
    rangeOf(
      x,
      series.flatMap((one) => one.x.filter((at) => isUsable(at, x.scale))),
    );
  const vertical = rangeOf(y, covered(lines, horizontal));
  const { heading, margins } = options;
  const frame = plot(
    {
      ...box,
      width: box.width - room,
      horizontal: { ...x, from: horizontal[0], to: horizontal[1] },
      vertical: { ...y, from: vertical[0], to: vertical[1] },
      ...(heading !== undefined && { title: heading }),
      ...(margins && { margins }),
    },
    theme,
  );
  const many = series.length > 2;
  return {
    plot: frame,
    marks: [
      ...frame.frame,
      frame.inside([
        ...series.flatMap((one) => below(one, lines, frame, many, theme)),
        ...series.flatMap((one) =>
          lineMarks(pathOf(one, lineOf(one), lines, frame), { ...lookOf(one, theme) }),
        ),
      ]),
      // Not clipped: the last ones are often at the edge.
      ...series.flatMap((one) => markers(one, lines, frame, theme)),
      ...endLabels(lines, frame, horizontal[1], room, size, theme),
    ],
  };
}

const lineOf = ({ y, smoothed = y }: Series): Values => smoothed;

/** How a series is drawn, also in a legend. */
export function lookOf({ colour, lineWidth = 1.8, dash, marker }: Series, theme: Theme): Look {
  return {
    colour: colour[theme.name],
    ...(lineWidth > 0 && { lineWidth }),
    ...(dash?.length && { dash }),
    ...(marker && { marker }),
  };
}

function pathOf({ x, shift = 0 }: Series, values: Values, lines: Lines, { sx, sy }: Plot): Float64Array {
  const points = new Float64Array(2 * x.length);
  x.forEach((at, i) => {
    const value = values[i];
    const there = isUsable(at, lines.x.scale) && isUsable(value, lines.y.scale);
    points[2 * i] = there ? sx(at) + shift : NaN;
    points[2 * i + 1] = there ? sy(value) : NaN;
  });
  return points;
}

/** The marks below the lines: spread, and recorded values below a smoothed line. */
function below(one: Series, lines: Lines, frame: Plot, many: boolean, theme: Theme): Mark[] {
  const { band, y, smoothed, colour, whiskers } = one;
  const own = colour[theme.name];
  const marks: Mark[] = [];
  if (band) {
    const [low, high] = band.map((values) => pathOf(one, values, lines, frame)) as [
      Float64Array,
      Float64Array,
    ];
    const x = low.filter((_, i) => i % 2 === 0);
    const [bottom, top] = [low, high].map((path) => path.filter((_, i) => i % 2 === 1)) as [
      Float64Array,
      Float64Array,
    ];
    if (whiskers) marks.push(...whiskerMarks(x, bottom, top, own));
    else marks.push({ kind: 'area', x, low: bottom, high: top, fill: own, opacity: 0.14 });
  }
  if (smoothed)
    marks.push({
      kind: 'path',
      points: pathOf(one, y, lines, frame),
      stroke: own,
      opacity: many ? 0.2 : 0.35,
    });
  return marks;
}

const cap = 3;

function whiskerMarks(x: Float64Array, low: Float64Array, high: Float64Array, stroke: string): Mark[] {
  const points = Array.from(x).flatMap((at, i) => {
    const [bottom, top] = [low[i]!, high[i]!];
    if (Number.isNaN(at + bottom + top)) return [];
    const ends = [bottom, top].flatMap((y) => [at - cap, y, at + cap, y, NaN, NaN]);
    return [at, bottom, at, top, NaN, NaN, ...ends];
  });
  return [{ kind: 'path', points, stroke, lineWidth: 1.2 }];
}

/** More markers would merge into a thick line. */
const maxMarkers = 80;

function markers(one: Series, lines: Lines, frame: Plot, theme: Theme): Mark[] {
  const look = lookOf(one, theme);
  const path = pathOf(one, lineOf(one), lines, frame);
  const right = frame.left + frame.width + 0.5;
  const seen = one.x.flatMap((_, i) =>
    path[2 * i]! >= frame.left - 0.5 && path[2 * i]! <= right
      ? [[path[2 * i]!, path[2 * i + 1]!] as const]
      : [],
  );
  const [x, y] = [seen.map(([at]) => at), seen.map(([, at]) => at)];
  // A single point has no line.
  if (!one.marker && one.x.filter((_, i) => !Number.isNaN(path[2 * i]!)).length === 1)
    return [{ kind: 'dots', x, y, radius: 4, fill: look.colour }];
  return look.lineWidth === undefined || one.x.length <= maxMarkers ? markerMarks(x, y, look, theme) : [];
}

/** End labels, moved apart, with a leader if they are away from their line. */
function endLabels(
  { series, x, y }: Lines,
  frame: Plot,
  to: number,
  room: number,
  size: number,
  theme: Theme,
): Mark[] {
  const { left, top, width, height, sy } = frame;
  const bottom = top + height;
  const ends = series.flatMap((one) => {
    if (one.end === undefined) return [];
    const i = one.x.findLastIndex(
      (at, k) => at <= to && isUsable(at, x.scale) && isUsable(lineOf(one)[k], y.scale),
    );
    return i < 0 ? [] : [{ one, at: Math.min(Math.max(sy(lineOf(one)[i]!), top), bottom) }];
  });
  const gap = ends.length * (size + 3) > height ? height / ends.length : size + 3;
  const places = spreadLabels(
    ends.map(({ at }) => at),
    gap,
    top + 4,
    bottom - 4,
  );
  const edge = left + width;
  const leaders = ends.some(({ at }, i) => Math.abs(at - places[i]!) > gap);
  const start = edge + (leaders ? 16 : 6);
  return ends.flatMap(({ one, at }, i): Mark[] => [
    ...(leaders
      ? [{ kind: 'path', points: [edge + 3, at, edge + 13, places[i]!], stroke: theme.rule } as const]
      : []),
    {
      kind: 'text',
      x: start,
      y: places[i]!,
      text: fitText(one.end!, size, room - (start - edge) + 6),
      size: Math.min(size, gap),
      fill: one.colour[theme.name],
      baseline: 'middle',
    },
  ]);
}

/** A vertical line at the cursor. */
export const cursorLine = ({ sx, top, height }: Plot, cursor: number, theme: Theme): Mark => ({
  kind: 'path',
  points: [sx(cursor), top, sx(cursor), top + height],
  stroke: theme.ink,
  opacity: 0.6,
});

/** A cursor with a dot on each line at the nearest point. */
export function cursorMarks(
  { series, x: across, y: up }: Lines,
  frame: Plot,
  cursor: number,
  theme: Theme,
): Mark[] {
  const { sx, sy, left, width } = frame;
  const isSeen = (at: number): boolean => at >= left - 0.5 && at <= left + width + 0.5;
  if (!isSeen(sx(cursor))) return [];
  return [
    cursorLine(frame, cursor, theme),
    ...series.flatMap(({ x, y, colour }): Mark[] => {
      const i = indexAt(x, cursor);
      const value = y[i];
      if (i < 0 || !isUsable(x[i], across.scale) || !isUsable(value, up.scale) || !isSeen(sx(x[i])))
        return [];
      const dot = { x: [sx(x[i])], y: [sy(value)], radius: 4, fill: colour[theme.name] };
      return [{ kind: 'dots', ...dot, stroke: theme.plane, lineWidth: 1.5 }];
    }),
  ];
}

/** The series of a legend, each name once. */
export function legendOf(series: readonly Series[], theme: Theme): LegendEntry[] {
  const named = new Map(series.filter(({ name }) => name !== '').map((one) => [one.name, one]));
  return [...named].map(([name, one]) => ({ name, look: lookOf(one, theme) }));
}

/**
 * Lines in a box with a title and a legend beside or below it.
 *
 * @param size - font size of the legend in px
 */
export function titledLines(lines: Lines, box: Box, theme: Theme, size = 11): DrawnLines {
  const entries = legendOf(lines.series, theme);
  const inner = box.width - 8;
  const beside = textWidth(lines.title, 12.5) + 24 + legendWidth(entries, size) <= inner;
  const placed = placeLegend(entries, inner, size);
  const head = entries.length === 0 || beside ? 0 : legendHeight(placed);
  const drawn = drawLines(lines, box, theme, { margins: { top: 28 + head }, heading: '' });
  const x = beside ? box.x + box.width - legendWidth(entries, size) : box.x + 4;
  const title: Mark = {
    kind: 'text',
    x: box.x + 4,
    y: box.y + 17,
    text: lines.title,
    size: 12.5,
    weight: 'bold',
    fill: theme.ink,
  };
  const legend = legendMarks(placed, { x, y: box.y + (beside ? 4 : 24) }, theme, size);
  return { plot: drawn.plot, marks: [...drawn.marks, title, ...legend] };
}

/** A table with all points of all series, one per row. */
export function linesTable({ series, x, y }: Lines): Table {
  const [smoothed, band] = [series.some((one) => one.smoothed), series.some((one) => one.band)];
  return {
    header: [
      'series',
      x.title ?? 'x',
      y.title ?? 'y',
      ...(smoothed ? ['smoothed'] : []),
      ...(band ? ['min', 'max'] : []),
    ],
    rows: series.flatMap((one) =>
      one.x.map((at, i) => [
        one.name,
        at,
        one.y[i] ?? null,
        ...(smoothed ? [one.smoothed?.[i] ?? null] : []),
        ...(band ? [one.band?.[0][i] ?? null, one.band?.[1][i] ?? null] : []),
      ]),
    ),
  };
}
