/** Axes: a rectangle of a picture with scales, grid lines, ticks and titles. */
import { scaleBand } from 'd3-scale';
import type { Mark } from './marks.ts';
import type { Theme } from './theme.ts';
import { chooseTicks, labelTicks, makeScale, type ScaleType } from './ticks.ts';

export interface NumberAxis {
  readonly from: number;
  readonly to: number;
  readonly title?: string | undefined;
  /** Default linear. */
  readonly scale?: ScaleType;
  /** The ticks, or their approximate number. Default: by size. */
  readonly ticks?: number | readonly number[];
  /** Default: as many digits as the ticks need. */
  readonly format?: (value: number) => string;
  /** Ticks are integers. */
  readonly whole?: boolean;
  /** No ticks and no grid. */
  readonly bare?: boolean;
  /** Grid lines at the ticks. Default true. */
  readonly grid?: boolean;
}

/** An axis of categories, numbered from 0: from the left, or from the top. */
export interface BandAxis {
  /** Their labels; an empty one is left out. */
  readonly bands: readonly string[];
  readonly title?: string;
  /** Space between bands, as a share of their distance. Default 0.25. */
  readonly gap?: number;
  /** Font size of the labels. Default 11. */
  readonly size?: number;
  /** Labels below a horizontal axis end at their band and rise to it at 45 degrees. */
  readonly slanted?: boolean;
}

export type Axis = NumberAxis | BandAxis;

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlotOptions extends Box {
  readonly horizontal: Axis;
  readonly vertical: Axis;
  readonly title?: string;
  /** Space for labels and titles. Default: by the axes. */
  readonly margins?: Partial<Margins>;
  /** One pixel is the same length in x and y: true widens a range around its centre, 'frame' shrinks the frame. */
  readonly equal?: boolean | 'frame';
}

export interface Plot {
  /** Inner rectangle, where the data are. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** From data to pixels; of a band axis: from the number of a band to its centre. */
  readonly sx: (value: number) => number;
  readonly sy: (value: number) => number;
  /** Width of a band in px; 0 for an axis of numbers. */
  readonly bandX: number;
  readonly bandY: number;
  /** From pixels to data; of a band axis: the number of the band at a pixel. */
  readonly invert: (x: number, y: number) => readonly [number, number];
  /** Background, grid lines, ticks and titles, to be drawn below the data. */
  readonly frame: readonly Mark[];
  /** The data, clipped to the inner rectangle. */
  readonly inside: (marks: readonly Mark[]) => Mark;
}

const labelSize = 11;
const isBands = (axis: Axis): axis is BandAxis => 'bands' in axis;
const isBare = (axis: Axis): boolean => !isBands(axis) && (axis.bare ?? false);

/** A plot of the given outer size. An empty range is widened. */
export function plot(options: PlotOptions, theme: Theme): Plot {
  const { title } = options;
  const margins = {
    left: isBare(options.vertical) ? 8 : 46,
    right: 12,
    top: title === undefined && options.vertical.title === undefined ? 10 : 28,
    bottom: (isBare(options.horizontal) ? 8 : 22) + (options.horizontal.title === undefined ? 0 : 16),
    ...options.margins,
  };
  const [left, top] = [options.x + margins.left, options.y + margins.top];
  let width = Math.max(1, options.width - margins.left - margins.right);
  let height = Math.max(1, options.height - margins.top - margins.bottom);
  let [horizontal, vertical] = [ranged(options.horizontal), ranged(options.vertical)];
  if (options.equal && !isBands(horizontal) && !isBands(vertical)) {
    const [across, up] = [horizontal.to - horizontal.from, vertical.to - vertical.from];
    if (options.equal === 'frame') {
      const unit = Math.min(width / across, height / up);
      [width, height] = [unit * across, unit * up];
    } else {
      const unit = Math.max(across / width, up / height);
      [horizontal, vertical] = [widened(horizontal, unit * width), widened(vertical, unit * height)];
    }
  }
  const x = placed(horizontal, left, left + width, Math.max(3, Math.round(width / 70)));
  const up = [top + height, top] as const;
  const y = placed(
    vertical,
    ...(isBands(vertical) ? ([up[1], up[0]] as const) : up),
    Math.max(2, Math.round(height / 45)),
  );
  const frame: Mark[] = [{ kind: 'rect', x: left, y: top, width, height, fill: theme.plane }];
  const text = { kind: 'text', size: labelSize, fill: theme.muted } as const;
  const bottom = top + height;
  for (const { at, label } of x.ticks) {
    if (x.grid) frame.push({ kind: 'path', points: [at, top, at, bottom], stroke: theme.grid });
    const below = {
      ...text,
      size: x.size,
      x: at,
      text: label,
      fill: isBands(horizontal) ? theme.ink : theme.muted,
    };
    frame.push(
      isBands(horizontal) && horizontal.slanted
        ? { ...below, y: bottom + 8, anchor: 'end', baseline: 'middle', angle: -45 }
        : { ...below, y: bottom + 6, anchor: 'middle', baseline: 'top' },
    );
  }
  if (!isBands(horizontal) && horizontal.grid === false)
    frame.push({ kind: 'path', points: [left, bottom, left + width, bottom], stroke: theme.rule });
  for (const { at, label } of y.ticks) {
    if (y.grid) frame.push({ kind: 'path', points: [left, at, left + width, at], stroke: theme.grid });
    const fill = isBands(vertical) ? theme.ink : theme.muted;
    frame.push({
      ...text,
      size: y.size,
      x: left - 6,
      y: at,
      text: label,
      fill,
      anchor: 'end',
      baseline: 'middle',
    });
  }
  if (horizontal.title !== undefined)
    frame.push({
      ...text,
      x: left + width / 2,
      y: bottom + margins.bottom - 3,
      text: horizontal.title,
      anchor: 'middle',
      baseline: 'bottom',
    });
  // Titles are above the plot at its left edge, so that none is rotated.
  const above = { x: options.x + 4, y: options.y + margins.top - 11 };
  if (title !== undefined)
    frame.push({ ...text, ...above, size: 12.5, weight: 'bold', fill: theme.ink, text: title });
  else if (vertical.title !== undefined) frame.push({ ...text, ...above, text: vertical.title });
  return {
    left,
    top,
    width,
    height,
    sx: x.place,
    sy: y.place,
    bandX: x.band,
    bandY: y.band,
    invert: (px, py) => [x.invert(px), y.invert(py)],
    frame,
    inside: (marks) => ({ kind: 'clip', x: left, y: top, width, height, marks }),
  };
}

interface PlacedAxis {
  readonly place: (value: number) => number;
  readonly invert: (pixel: number) => number;
  readonly band: number;
  readonly grid: boolean;
  readonly size: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** @param count - approximate number of ticks if the axis does not set it */
function placed(axis: Axis, start: number, end: number, count: number): PlacedAxis {
  return isBands(axis) ? placedBands(axis, start, end) : placedNumbers(axis, start, end, count);
}

function placedBands(
  { bands, gap = 0.25, size = labelSize }: BandAxis,
  start: number,
  end: number,
): PlacedAxis {
  const scale = scaleBand<number>()
    .domain(bands.map((_, i) => i))
    .range([start, end])
    .paddingInner(gap)
    .paddingOuter(gap / 2);
  const step = scale.step();
  const place = (value: number): number => start + (value + 0.5) * step;
  return {
    place,
    invert: (pixel) => Math.floor((pixel - start) / step),
    band: scale.bandwidth(),
    grid: false,
    size,
    ticks: bands.flatMap((label, i) => (label ? [{ at: place(i), label }] : [])),
  };
}

function placedNumbers(axis: NumberAxis, start: number, end: number, defaultTicks: number): PlacedAxis {
  const { from, to, scale: type = 'linear', format, whole, bare = false, grid = true } = axis;
  const place = makeScale(type, [from, to], [start, end]);
  const ticks = axis.ticks ?? defaultTicks;
  const chosen = bare ? [] : typeof ticks === 'number' ? chooseTicks(type, from, to, ticks) : ticks;
  const values = whole ? chosen.filter(Number.isInteger) : chosen;
  const labels = format ? values.map(format) : labelTicks(type, values);
  return {
    place,
    invert: (pixel) => place.invert(pixel),
    band: 0,
    grid,
    size: labelSize,
    ticks: values.map((value, i) => ({ at: place(value), label: labels[i]! })),
  };
}

/** Widens an empty range. */
function ranged(axis: Axis): Axis {
  if (isBands(axis) || axis.to > axis.from) return axis;
  const pad = Math.abs(axis.from) * 0.1 || 1;
  return axis.scale === 'log'
    ? { ...axis, from: axis.from / 2, to: axis.from * 2 }
    : { ...axis, from: axis.from - pad, to: axis.from + pad };
}

function widened(axis: NumberAxis, length: number): NumberAxis {
  const centre = (axis.from + axis.to) / 2;
  return { ...axis, from: centre - length / 2, to: centre + length / 2 };
}
