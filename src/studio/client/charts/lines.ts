/** Curves as a picture: axes, lines with what is faint beneath them, names at their ends, a cursor. */
import {
  type Colour,
  fitText,
  formatCount,
  type Mark,
  type Picture,
  plot,
  type Plot,
  spreadLabels,
  textWidth,
  type Theme,
} from '../../../draw/index.ts';
import type { Table } from '../parts/save.ts';
import { nearest } from './smooth.ts';

export interface Series {
  readonly name: string;
  readonly colour: Colour;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Drawn faintly beneath. */
  readonly raw?: readonly (number | null)[];
  /** Least and largest of what each point stands for. */
  readonly band?: readonly [readonly (number | null)[], readonly (number | null)[]];
  /** Lengths of dashes and gaps in px; left out or empty, the line is whole. */
  readonly dash?: readonly number[];
  /** Each point is seen. */
  readonly dots?: boolean;
}

export interface Lines {
  /** Of files. */
  readonly id: string;
  readonly title: string;
  readonly x: { readonly title: string; readonly from: number; readonly to: number };
  readonly y: { readonly title: string; readonly log?: boolean; readonly zero?: boolean };
  readonly series: readonly Series[];
  /** Names stand at the ends of the lines. */
  readonly named: boolean;
  /** What is said about it in words. */
  readonly description: string;
}

/** What moves over the lines. */
export interface Over {
  readonly cursor?: number | undefined;
  /** What is being chosen to zoom into. */
  readonly choosing?: readonly [number, number] | undefined;
}

export interface Drawn {
  readonly picture: Picture;
  /** Of x. */
  readonly range: readonly [number, number];
  readonly plot: Plot;
}

const labelSize = 12;
const widestLabel = 230;

const usable = (value: number | null | undefined, log: boolean): value is number =>
  value !== null && value !== undefined && Number.isFinite(value) && (!log || value > 0);

/** All but the outermost hundredths: one wild step does not flatten the rest. */
function inner(values: number[]): readonly number[] {
  if (values.length < 50) return values;
  values.sort((a, b) => a - b);
  return [values[Math.floor(values.length / 100)]!, values[Math.ceil(values.length * 0.99) - 1]!];
}

/** What of y is seen between two places: every line wholly, what is faint up to its outliers. */
function extent({ series, y }: Lines, [from, to]: readonly [number, number]): readonly [number, number] {
  const log = y.log ?? false;
  let [low, high] = y.zero && !log ? [0, 0] : [Infinity, -Infinity];
  for (const { x, y: values, raw } of series) {
    const faint: number[] = [];
    x.forEach((at, i) => {
      if (at < from || at > to) return;
      const value = values[i];
      if (usable(value, log)) [low, high] = [Math.min(low, value), Math.max(high, value)];
      const beneath = raw?.[i];
      if (usable(beneath, log)) faint.push(beneath);
    });
    for (const value of inner(faint)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  if (low > high) return log ? [0.1, 1] : [0, 1];
  if (log)
    return low < high ? [low / (high / low) ** 0.04, high * (high / low) ** 0.04] : [low / 2, high * 2];
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  return [y.zero && low === 0 ? 0 : low - pad, high + pad];
}

/** Points of a path; what cannot be drawn lifts the pen. */
function pathOf(
  x: readonly number[],
  y: readonly (number | null)[],
  { sx, sy }: Plot,
  log: boolean,
): Float64Array {
  const points = new Float64Array(2 * x.length);
  x.forEach((at, i) => {
    const value = y[i];
    points[2 * i] = sx(at);
    points[2 * i + 1] = usable(value, log) ? sy(value) : NaN;
  });
  return points;
}

/** There and back along the two edges, where both are there. */
function bandOf(
  x: readonly number[],
  [low, high]: NonNullable<Series['band']>,
  { sx, sy }: Plot,
  log: boolean,
): number[] {
  const there = x.flatMap((at, i) =>
    usable(low[i], log) && usable(high[i], log) ? [{ at: sx(at), low: sy(low[i]), high: sy(high[i]) }] : [],
  );
  return [
    ...there.flatMap(({ at, high: top }) => [at, top]),
    ...there.reverse().flatMap(({ at, low: bottom }) => [at, bottom]),
  ];
}

/** The last point that is seen. */
function endOf({ x, y }: Series, to: number, log: boolean): number {
  let i = x.length - 1;
  while (i >= 0 && (x[i]! > to || !usable(y[i], log))) i--;
  return i;
}

/** @param zoom - the part of x that is seen; all where it is left out */
export function drawLines(
  lines: Lines,
  zoom: readonly [number, number] | undefined,
  width: number,
  height: number,
  theme: Theme,
): Drawn {
  const { series, x, y, named } = lines;
  const log = y.log ?? false;
  const range = zoom ?? ([x.from, x.to] as const);
  // Where names would take too much of the room, the legend above has them.
  const beside = named && width >= 560;
  const widest = Math.max(0, ...series.map(({ name }) => textWidth(name, labelSize)));
  const room = beside ? Math.min(widestLabel, width * 0.3, widest) + 6 : 0;
  const [low, high] = extent(lines, range);
  const frame = plot(
    {
      x: 0,
      y: 0,
      width: width - room,
      height,
      horizontal: { from: range[0], to: range[1], title: x.title, ...grouped(range[1]) },
      vertical: { from: low, to: high, title: y.title, log, ...(log ? {} : grouped(high)) },
    },
    theme,
  );
  const inside = [
    ...series.flatMap((one) => beneath(one, frame, log, series.length > 2, theme)),
    ...series.map((one) => line(one, frame, log, theme)),
  ];
  return {
    plot: frame,
    range,
    picture: {
      width,
      height,
      background: theme.paper,
      description: `${lines.title}. ${lines.description}`,
      marks: [
        ...frame.frame,
        frame.inside(inside),
        // Not cut at the edge, where the last of them often are.
        ...series.flatMap((one) => points(one, frame, range, log, theme)),
        ...(beside ? names(lines, frame, range[1], log, room, theme) : []),
      ],
    },
  };
}

/** What moves over the lines that were drawn: the cursor with a dot on each, and the part that is being chosen. */
export function overLines(
  lines: Lines,
  { plot: frame, range }: Drawn,
  { cursor, choosing }: Over,
  theme: Theme,
): readonly Mark[] {
  const log = lines.y.log ?? false;
  return [
    ...(choosing ? [frame.inside([chosen(choosing, frame, theme)])] : []),
    ...cursorMarks(lines.series, cursor, frame, range, log, theme),
  ];
}

/** What stands behind the lines: spread, and values before they were smoothed. */
function beneath(
  { x, band, raw, colour }: Series,
  frame: Plot,
  log: boolean,
  many: boolean,
  theme: Theme,
): Mark[] {
  const own = colour[theme.name];
  return [
    ...(band
      ? [
          {
            kind: 'path',
            points: bandOf(x, band, frame, log),
            closed: true,
            fill: own,
            opacity: 0.13,
          } as const,
        ]
      : []),
    ...(raw
      ? [
          {
            kind: 'path',
            points: pathOf(x, raw, frame, log),
            stroke: own,
            lineWidth: 1,
            opacity: many ? 0.2 : 0.35,
          } as const,
        ]
      : []),
  ];
}

function line({ x, y, colour, dash }: Series, frame: Plot, log: boolean, theme: Theme): Mark {
  return {
    kind: 'path',
    points: pathOf(x, y, frame, log),
    stroke: colour[theme.name],
    lineWidth: 1.8,
    ...(dash?.length && { dash }),
  };
}

/** More would be a thick line. */
const mostPoints = 80;

function points(
  one: Series,
  { sx, sy }: Plot,
  range: readonly [number, number],
  log: boolean,
  theme: Theme,
): Mark[] {
  if (!one.dots || one.x.length > mostPoints) return [];
  const there = one.x.flatMap((x, i) => {
    const y = one.y[i];
    return usable(y, log) && within(x, range) ? [{ x: sx(x), y: sy(y) }] : [];
  });
  return [
    {
      kind: 'dots',
      x: there.map(({ x }) => x),
      y: there.map(({ y }) => y),
      radius: 3.5,
      fill: one.colour[theme.name],
      stroke: theme.plane,
      lineWidth: 1.2,
    },
  ];
}

function cursorMarks(
  series: readonly Series[],
  cursor: number | undefined,
  frame: Plot,
  range: readonly [number, number],
  log: boolean,
  theme: Theme,
): Mark[] {
  if (cursor === undefined || !within(cursor, range)) return [];
  const at = frame.sx(cursor);
  return [
    { kind: 'path', points: [at, frame.top, at, frame.top + frame.height], stroke: theme.ink, opacity: 0.55 },
    ...series.flatMap(({ x, y, colour }): Mark[] => {
      const i = nearest(x, cursor);
      const value = y[i];
      if (i < 0 || !usable(value, log) || !within(x[i]!, range)) return [];
      const place = { x: [frame.sx(x[i]!)], y: [frame.sy(value)] };
      return [
        { kind: 'dots', ...place, radius: 4, fill: colour[theme.name], stroke: theme.plane, lineWidth: 1.5 },
      ];
    }),
  ];
}

function chosen(choosing: readonly [number, number], frame: Plot, theme: Theme): Mark {
  const [a, b] = [frame.sx(Math.min(...choosing)), frame.sx(Math.max(...choosing))];
  return {
    kind: 'rect',
    x: a,
    y: frame.top,
    width: b - a,
    height: frame.height,
    fill: theme.ink,
    opacity: 0.08,
  };
}

/** Large numbers in groups of three, as everywhere on the page. */
const grouped = (largest: number): { readonly format?: (value: number) => string } =>
  largest >= 1000 ? { format: formatCount } : {};

const within = (value: number, [from, to]: readonly [number, number]): boolean =>
  value >= from && value <= to;

/** The name of each line beside its end. */
function names({ series }: Lines, frame: Plot, to: number, log: boolean, room: number, theme: Theme): Mark[] {
  const ends = series.flatMap((one) => {
    const i = endOf(one, to, log);
    return i < 0
      ? []
      : [{ one, y: Math.min(Math.max(frame.sy(one.y[i]!), frame.top), frame.top + frame.height) }];
  });
  const places = spreadLabels(
    ends.map(({ y }) => y),
    labelSize + 3,
    frame.top + 4,
    frame.top + frame.height - 4,
  );
  return ends.map(({ one }, i) => ({
    kind: 'text',
    x: frame.left + frame.width + 6,
    y: places[i]!,
    text: fitText(one.name, labelSize, room),
    size: labelSize,
    fill: one.colour[theme.name],
    baseline: 'middle',
    anchor: 'start',
  }));
}

/** Every point of every series, one a row. */
export function linesTable({ series, x, y }: Lines): Table {
  const [raw, band] = [series.some((one) => one.raw), series.some((one) => one.band)];
  return {
    header: ['series', x.title, y.title, ...(raw ? ['raw'] : []), ...(band ? ['least', 'largest'] : [])],
    rows: series.flatMap((one) =>
      one.x.map((at, i) => [
        one.name,
        at,
        one.y[i],
        ...(raw ? [one.raw?.[i]] : []),
        ...(band ? [one.band?.[0][i], one.band?.[1][i]] : []),
      ]),
    ),
  };
}
