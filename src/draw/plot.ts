/** Axes: a rectangle of a picture with scales, grid lines, ticks and titles. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { formatPower } from './format.ts';
import type { Mark } from './marks.ts';
import type { Theme } from './theme.ts';

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly title?: string;
  readonly log?: boolean;
  /** About so many ticks; default by size. */
  readonly ticks?: number;
  /** Default: as many digits as the ticks need. */
  readonly format?: (value: number) => string;
  /** No ticks and no grid. */
  readonly bare?: boolean;
}

export interface PlotOptions {
  /** Outer rectangle, with axes and titles. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly horizontal: Axis;
  readonly vertical: Axis;
  readonly title?: string;
  /** A pixel is as much of x as of y: true widens an axis around its centre, 'frame' makes the frame smaller from the right or from below. */
  readonly equal?: boolean | 'frame';
}

export interface Plot {
  /** Inner rectangle, where the data are. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly sx: (value: number) => number;
  readonly sy: (value: number) => number;
  /** From pixels to data. */
  readonly invert: (x: number, y: number) => readonly [number, number];
  /** The ground, grid lines, ticks and titles: to be drawn beneath the data. */
  readonly frame: readonly Mark[];
  /** The data, cut at the inner rectangle. */
  readonly inside: (marks: readonly Mark[]) => Mark;
}

const tickSize = 11;

/** A plot of the given outer size. A range of no length is widened. */
export function plot(options: PlotOptions, theme: Theme): Plot {
  const { title } = options;
  const margins = {
    left: options.vertical.bare ? 8 : 46,
    right: 12,
    top: title === undefined && options.vertical.title === undefined ? 10 : 28,
    bottom: (options.horizontal.bare ? 8 : 22) + (options.horizontal.title === undefined ? 0 : 16),
  };
  const [left, top] = [options.x + margins.left, options.y + margins.top];
  let width = Math.max(1, options.width - margins.left - margins.right);
  let height = Math.max(1, options.height - margins.top - margins.bottom);
  let [horizontal, vertical] = [ranged(options.horizontal), ranged(options.vertical)];
  if (options.equal === true) [horizontal, vertical] = equalised(horizontal, vertical, width, height);
  if (options.equal === 'frame') {
    const [across, up] = [horizontal.to - horizontal.from, vertical.to - vertical.from];
    const unit = Math.min(width / across, height / up);
    [width, height] = [unit * across, unit * up];
  }
  const sx = scaleOf(horizontal, left, left + width);
  const sy = scaleOf(vertical, top + height, top);
  const frame: Mark[] = [{ kind: 'rect', x: left, y: top, width, height, fill: theme.plane }];
  const text = { kind: 'text', size: tickSize, fill: theme.muted } as const;
  if (!horizontal.bare) {
    const count = horizontal.ticks ?? Math.max(3, Math.round(width / 70));
    const format = horizontal.format ?? tickFormat(horizontal, sx, count);
    for (const value of ticksOf(horizontal, sx, count)) {
      const x = sx(value);
      frame.push({ kind: 'path', points: [x, top, x, top + height], stroke: theme.grid });
      frame.push({ ...text, x, y: top + height + 6, text: format(value), anchor: 'middle', baseline: 'top' });
    }
  }
  if (!vertical.bare) {
    const count = vertical.ticks ?? Math.max(2, Math.round(height / 45));
    const format = vertical.format ?? tickFormat(vertical, sy, count);
    for (const value of ticksOf(vertical, sy, count)) {
      const y = sy(value);
      frame.push({ kind: 'path', points: [left, y, left + width, y], stroke: theme.grid });
      frame.push({ ...text, x: left - 6, y, text: format(value), anchor: 'end', baseline: 'middle' });
    }
  }
  if (horizontal.title !== undefined)
    frame.push({
      ...text,
      x: left + width / 2,
      y: top + height + margins.bottom - 3,
      text: horizontal.title,
      anchor: 'middle',
      baseline: 'bottom',
    });
  // Titles stand above, from the left edge: they are read without turning the head.
  if (title !== undefined)
    frame.push({
      ...text,
      size: 12.5,
      weight: 'bold',
      fill: theme.ink,
      x: options.x + 4,
      y: options.y + 17,
      text: title,
    });
  else if (vertical.title !== undefined)
    frame.push({ ...text, x: options.x + 4, y: options.y + 17, text: vertical.title });
  return {
    left,
    top,
    width,
    height,
    sx,
    sy,
    invert: (x, y) => [sx.invert(x), sy.invert(y)],
    frame,
    inside: (marks) => ({ kind: 'clip', x: left, y: top, width, height, marks }),
  };
}

interface Scale {
  (value: number): number;
  invert: (pixel: number) => number;
  ticks: (count: number) => number[];
  tickFormat: (count: number) => (value: number) => string;
}

function scaleOf({ from, to, log }: Axis, start: number, end: number): Scale {
  return (log ? scaleLog() : scaleLinear()).domain([from, to]).range([start, end]);
}

/** The range with some length. */
function ranged(axis: Axis): Axis {
  if (axis.to > axis.from) return axis;
  const pad = Math.abs(axis.from) * 0.1 || 1;
  return axis.log
    ? { ...axis, from: axis.from / 2, to: axis.from * 2 }
    : { ...axis, from: axis.from - pad, to: axis.from + pad };
}

function widened(axis: Axis, length: number): Axis {
  const centre = (axis.from + axis.to) / 2;
  return { ...axis, from: centre - length / 2, to: centre + length / 2 };
}

function equalised(horizontal: Axis, vertical: Axis, width: number, height: number): [Axis, Axis] {
  const unit = Math.max((horizontal.to - horizontal.from) / width, (vertical.to - vertical.from) / height);
  return [widened(horizontal, unit * width), widened(vertical, unit * height)];
}

/** Of each power of ten on a logarithmic axis: the more the fewer powers there are. */
const partsOfTen = [[1], [1, 3], [1, 2, 5]] as const;

/** On a logarithmic axis powers of ten, with some between them where there are few. */
function ticksOf(axis: Axis, scale: Scale, count: number): number[] {
  if (!axis.log) return scale.ticks(count);
  for (const parts of partsOfTen) {
    const ticks = logTicks(axis, parts);
    if (ticks.length < 3) continue;
    // Labels of a logarithmic axis may stand closer: left out, one of two between powers of ten would mislead.
    const stride = Math.ceil(ticks.length / Math.max(2 * count, 4));
    return ticks.filter((_, i) => (ticks.length - 1 - i) % stride === 0);
  }
  // Within less than a decade a logarithmic axis is almost even.
  return scaleLinear()
    .domain([axis.from, axis.to])
    .ticks(Math.min(Math.max(count, 3), 5));
}

function logTicks({ from, to }: Axis, parts: readonly number[]): number[] {
  const first = Math.floor(Math.log10(from));
  const powers = Array.from({ length: Math.ceil(Math.log10(to / from)) + 2 }, (_, i) => first + i);
  return powers
    .flatMap((power) => parts.map((part) => Number(`${part}e${power}`)))
    .filter((value) => value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9));
}

/** All labels of an axis are written in one way. */
function tickFormat(axis: Axis, scale: Scale, count: number): (value: number) => string {
  if (!axis.log) {
    const format = scale.tickFormat(count);
    // As everywhere: 2 000 with a narrow space.
    return (value) => format(value).replaceAll(',', '\u202f');
  }
  const ticks = ticksOf(axis, scale, count);
  const plain = ticks.every((value) => value >= 0.009 && value < 9999);
  return (value) => (plain ? String(Number(value.toPrecision(3))) : formatPower(value, 3));
}
