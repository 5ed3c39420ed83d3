/** A picture as a list of marks, in CSS pixels from the top left: what is drawn on a canvas and what is written as SVG are the same list. */

/** Numbers by index; a typed array or a list. */
export type Numbers = ArrayLike<number>;

interface Painted {
  /** Any CSS colour; left out, nothing is filled or stroked. */
  readonly fill?: string;
  readonly stroke?: string;
  /** Of the stroke, in px. Default 1. */
  readonly lineWidth?: number;
  /** 0 .. 1. Default 1. */
  readonly opacity?: number;
}

/** Lines through x0, y0, x1, y1, ..; NaN lifts the pen. */
export interface PathMark extends Painted {
  readonly kind: 'path';
  readonly points: Numbers;
  readonly closed?: boolean;
  /** Lengths of dashes and gaps, in px. */
  readonly dash?: readonly number[];
}

/** Circles. */
export interface DotsMark extends Painted {
  readonly kind: 'dots';
  readonly x: Numbers;
  readonly y: Numbers;
  /** One for all, or one each; in px. */
  readonly radius: number | Numbers;
  /** One a dot, in place of `fill`. */
  readonly fills?: readonly string[];
  /** An edge in this colour beneath all of them: where dots lie close it covers none. */
  readonly halo?: string;
}

/** Width of the halo of dots, in px. */
export const dotHalo = 0.8;

/** Arrows from (x, y) to (x + dx, y + dy), the head growing with the length up to `head` px. */
export interface ArrowsMark extends Painted {
  readonly kind: 'arrows';
  readonly x: Numbers;
  readonly y: Numbers;
  readonly dx: Numbers;
  readonly dy: Numbers;
  /** Default 6. */
  readonly head?: number;
}

export interface RectMark extends Painted {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of the corners. */
  readonly radius?: number;
}

/** A grid of coloured cells that fills a rectangle: row 0 at the top. */
export interface CellsMark {
  readonly kind: 'cells';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  readonly columns: number;
  /** Index into `ramp` of each cell, row by row. */
  readonly levels: Uint8Array;
  readonly ramp: readonly string[];
  /** Samples of something smooth: where a canvas can, colours run from cell to cell. */
  readonly smooth?: boolean;
  readonly opacity?: number;
}

export interface TextMark {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Default 12 px. */
  readonly size?: number;
  readonly fill: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly baseline?: 'top' | 'middle' | 'alphabetic' | 'bottom';
  readonly weight?: 'normal' | 'bold';
  readonly italic?: boolean;
  /** It reads upwards from its place. */
  readonly upright?: boolean;
  /** A halo in this colour, so that it is read on any ground. */
  readonly halo?: string;
  readonly opacity?: number;
}

/** Marks cut at a rectangle. */
export interface ClipMark {
  readonly kind: 'clip';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

export type Mark = PathMark | DotsMark | ArrowsMark | RectMark | CellsMark | TextMark | ClipMark;

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  /** Later ones cover earlier ones. */
  readonly marks: readonly Mark[];
  /** What is seen, in words with its numbers. */
  readonly description: string;
}

/** The font of every text; the page's own (client/styles/base.css). */
export const fontFamily =
  '-apple-system, "Segoe UI", Roboto, Cantarell, "Noto Sans", "Liberation Sans", system-ui, sans-serif';

/** The three corners of an arrow's head, x and y in turn; an arrow shorter than a tenth of a pixel has none. */
export function arrowHead(
  x: number,
  y: number,
  dx: number,
  dy: number,
  largest: number,
): readonly number[] | undefined {
  const length = Math.hypot(dx, dy);
  if (!(length > 0.1)) return undefined;
  const size = Math.min(largest, 0.6 * length);
  const [ux, uy] = [dx / length, dy / length];
  const [tipX, tipY] = [x + dx, y + dy];
  const [baseX, baseY] = [tipX - size * ux, tipY - size * uy];
  const half = 0.45 * size;
  return [tipX, tipY, baseX - half * uy, baseY + half * ux, baseX + half * uy, baseY - half * ux];
}
