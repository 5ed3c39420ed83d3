/** Outlines of lines, areas and symbols: traced on a canvas, or written as the data of an SVG path. */
import {
  area,
  curveLinear,
  curveLinearClosed,
  line,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolTriangle,
} from 'd3-shape';

/** Numbers by index: a typed array or a list. */
export type Numbers = ArrayLike<number>;

/** The methods of a canvas context that trace outlines. */
export interface Tracer {
  beginPath: () => void;
  closePath: () => void;
  moveTo: (x: number, y: number) => void;
  lineTo: (x: number, y: number) => void;
  arc: (x: number, y: number, radius: number, start: number, end: number) => void;
  rect: (x: number, y: number, width: number, height: number) => void;
}

const symbols = {
  circle: symbolCircle,
  square: symbolSquare,
  triangle: symbolTriangle,
  diamond: symbolDiamond,
  cross: symbolCross,
};
export type Shape = keyof typeof symbols;

/** d3 passes the index of each point to its accessors, which read the numbers where they are. */
const indices = (count: number): never => ({ length: count }) as never;

/** Lines through x0, y0, x1, y1, ..; NaN begins a new line. Returns path data where there is no tracer. */
export function traceLine(points: Numbers, closed: boolean, tracer?: Tracer): string {
  const outline = line<undefined>()
    .defined((_, i) => !Number.isNaN(points[2 * i]! + points[2 * i + 1]!))
    .x((_, i) => points[2 * i]!)
    .y((_, i) => points[2 * i + 1]!)
    .curve(closed ? curveLinearClosed : curveLinear)
    .digits(2);
  if (tracer) outline.context(tracer as never);
  return outline(indices(points.length >> 1)) ?? '';
}

/** The area between two heights at each x, without the places where one of them is NaN. */
export function traceArea(x: Numbers, low: Numbers, high: Numbers, tracer?: Tracer): string {
  const outline = area<undefined>()
    .defined((_, i) => !Number.isNaN(low[i]! + high[i]!))
    .x((_, i) => x[i]!)
    .y0((_, i) => low[i]!)
    .y1((_, i) => high[i]!)
    .digits(2);
  if (tracer) outline.context(tracer as never);
  return outline(indices(x.length)) ?? '';
}

/** A symbol around the origin with the area of a circle of the given radius. */
export function traceSymbol(shape: Shape, radius: number, tracer?: Tracer): string {
  const outline = symbol(symbols[shape], Math.PI * radius ** 2).digits(2);
  if (tracer) outline.context(tracer as never);
  return outline() ?? '';
}
