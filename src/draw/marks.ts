/** A picture as a list of marks, in CSS pixels from the top left. The same list is drawn on a canvas and written as SVG. */
import type { Numbers, Shape } from './outlines.ts';

export type { Numbers };

interface Painted {
  /** Any CSS colour. Without it nothing is filled or stroked. */
  readonly fill?: string;
  readonly stroke?: string;
  /** Width of the stroke in px. Default 1. */
  readonly lineWidth?: number;
  /** 0 .. 1. Default 1. */
  readonly opacity?: number;
}

/** Lines through x0, y0, x1, y1, ..; NaN begins a new line. */
export interface PathMark extends Painted {
  readonly kind: 'path';
  readonly points: Numbers;
  readonly closed?: boolean;
  /** Lengths of dashes and gaps, in px. */
  readonly dash?: readonly number[];
}

/** The area between two heights at each x; NaN leaves a gap. */
export interface AreaMark extends Painted {
  readonly kind: 'area';
  readonly x: Numbers;
  readonly low: Numbers;
  readonly high: Numbers;
}

/** Circles, or symbols of the same area. */
export interface DotsMark extends Painted {
  readonly kind: 'dots';
  readonly x: Numbers;
  readonly y: Numbers;
  /** In px: the same for all dots, or one for each. */
  readonly radius: number | Numbers;
  /** Default circle. */
  readonly shape?: Shape;
  /** A colour for each dot, in place of `fill`. */
  readonly fills?: readonly string[];
  /** An outline in this colour below all dots, so that it covers none of them. */
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
  /** Radius of the corners in px. */
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
  /** The cells sample a smooth function: a canvas interpolates their colours. */
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
  /** Rotation around (x, y) in degrees, clockwise. Default 0. */
  readonly angle?: number;
  /** An outline in this colour, so that the text is legible on any background. */
  readonly halo?: string;
  readonly opacity?: number;
}

/** Marks clipped to a rectangle. */
export interface ClipMark {
  readonly kind: 'clip';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

export type Mark = PathMark | AreaMark | DotsMark | ArrowsMark | RectMark | CellsMark | TextMark | ClipMark;

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  /** Later marks cover earlier ones. */
  readonly marks: readonly Mark[];
  /** A text alternative with the main numbers. */
  readonly description: string;
}

/** The font of every text, the same as the Studio page's (client/styles/base.css). */
export const fontFamily =
  '-apple-system, "Segoe UI", Roboto, Cantarell, "Noto Sans", "Liberation Sans", "DejaVu Sans", system-ui, sans-serif';

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
