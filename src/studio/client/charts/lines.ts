/** Curves as a picture: axes, lines with what is faint beneath them, names at their ends, a cursor. */
import type { Colour } from '../../../report/palette.ts';
import { spreadLabels } from '../../../report/spread.ts';
import { fitText, textWidth } from '../../../report/text-width.ts';
import { type Axis, type Mark, type Picture, plot, type Plot, type Theme } from '../../draw/index.ts';
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
  readonly dashed?: boolean;
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

export interface Sight {
  readonly zoom?: readonly [number, number] | undefined;
  readonly cursor?: number | undefined;
  /** What is being chosen to zoom into. */
  readonly choosing?: readonly [number, number] | undefined;
}

export interface Drawn {
  readonly picture: Picture;
  readonly plot: Plot;
}

const labelSize = 12;
const widestLabel = 190;

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

const axisOf = (from: number, to: number, rest: Omit<Axis, 'from' | 'to'>): Axis => ({ from, to, ...rest });

export function drawLines(
  lines: Lines,
  { zoom, cursor, choosing }: Sight,
  width: number,
  height: number,
  theme: Theme,
): Drawn {
  const { series, x, y, named } = lines;
  const log = y.log ?? false;
  const range = zoom ?? [x.from, x.to];
  const colour = (one: Series): string => one.colour[theme.name];
  const room = named
    ? Math.min(
        widestLabel,
        width * 0.3,
        Math.max(0, ...series.map(({ name }) => textWidth(name, labelSize))),
      ) + 6
    : 0;
  const [low, high] = extent(lines, range);
  const frame = plot(
    {
      x: 0,
      y: 0,
      width: width - room,
      height,
      horizontal: axisOf(range[0], range[1], { title: x.title }),
      vertical: axisOf(low, high, { title: y.title, log }),
    },
    theme,
  );
  const inside: Mark[] = [];
  for (const one of series) {
    if (one.band)
      inside.push({
        kind: 'path',
        points: bandOf(one.x, one.band, frame, log),
        closed: true,
        fill: colour(one),
        opacity: 0.13,
      });
    if (one.raw)
      inside.push({
        kind: 'path',
        points: pathOf(one.x, one.raw, frame, log),
        stroke: colour(one),
        lineWidth: 1,
        opacity: series.length > 2 ? 0.2 : 0.35,
      });
  }
  for (const one of series) {
    const points = pathOf(one.x, one.y, frame, log);
    inside.push({
      kind: 'path',
      points,
      stroke: colour(one),
      lineWidth: 1.8,
      ...(one.dashed && { dash: [5, 4] }),
    });
    if (one.dots && one.x.length < 80) {
      const there = one.x.flatMap((_, i) => (Number.isNaN(points[2 * i + 1]!) ? [] : [i]));
      inside.push({
        kind: 'dots',
        x: there.map((i) => points[2 * i]!),
        y: there.map((i) => points[2 * i + 1]!),
        radius: 3,
        fill: colour(one),
        stroke: theme.plane,
        lineWidth: 1.2,
      });
    }
  }
  const over: Mark[] = [];
  if (cursor !== undefined && cursor >= range[0] && cursor <= range[1]) {
    const at = frame.sx(cursor);
    over.push({
      kind: 'path',
      points: [at, frame.top, at, frame.top + frame.height],
      stroke: theme.ink,
      opacity: 0.55,
    });
    for (const one of series) {
      const i = nearest(one.x, cursor);
      const value = one.y[i];
      if (i >= 0 && usable(value, log) && within(one.x[i]!, range))
        over.push({
          kind: 'dots',
          x: [frame.sx(one.x[i]!)],
          y: [frame.sy(value)],
          radius: 4,
          fill: colour(one),
          stroke: theme.plane,
          lineWidth: 1.5,
        });
    }
  }
  if (choosing) {
    const [a, b] = [frame.sx(Math.min(...choosing)), frame.sx(Math.max(...choosing))];
    over.push({
      kind: 'rect',
      x: a,
      y: frame.top,
      width: b - a,
      height: frame.height,
      fill: theme.ink,
      opacity: 0.08,
    });
  }
  return {
    plot: frame,
    picture: {
      width,
      height,
      background: theme.paper,
      description: `${lines.title}. ${lines.description}`,
      marks: [
        ...frame.frame,
        frame.inside([...inside, ...over]),
        ...(named ? names(lines, frame, range[1], log, room, theme) : []),
      ],
    },
  };
}

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
