/** The plane of states: points at one depth, their origins and their targets. */
import {
  type Box,
  divergingLevel,
  type Mark,
  type Plot,
  plot,
  textWidth,
  type Theme,
} from '../../../draw/index.ts';
import type { FieldPart, FlowPart, Grid, PointsPart } from '../parts.ts';
import { type Features, locateDepth, statesAt } from './depth.ts';
import { heatCells, signRamp } from './heat.ts';

export type { Box };

/** Title for both axes of a plane of theta; the plot's title is above it. */
export const acrossAndUp = (across: string, up: string): string => `across: ${across}, up: ${up}`;

const heightTitle = 'second feature: the height';

/** The plot of a plane in a box; with a coloured background it is no larger than that background. */
export function planePlot(
  box: Box,
  window: number,
  theme: Theme,
  titles: { title?: string; y?: string; ground?: boolean } = {},
): Plot {
  const range = { from: -window, to: window };
  return plot(
    {
      ...box,
      horizontal: { ...range, title: 'first feature' },
      vertical: { ...range, title: titles.y ?? heightTitle },
      ...(titles.title !== undefined && { title: titles.title }),
      equal: titles.ground ? 'frame' : true,
    },
    theme,
  );
}

/** One colour per point: by class, or by target on the ramp. */
export function pointColours({ targets, classes }: PointsPart, theme: Theme): string[] {
  if (classes) return targets.map((y) => (y > 0 ? theme.series[0]! : theme.series[1]!));
  const limit = Math.max(...targets.map(Math.abs), 1e-12);
  const ramp = signRamp(theme);
  return targets.map((y) => ramp[divergingLevel(y, limit, ramp.length)]!);
}

/** Lines at the target heights of the classes. */
export const targetLines = ({ left, width, sy }: Plot, { classes }: PointsPart, theme: Theme): Mark[] =>
  (classes ?? []).map((_, i) => ({
    kind: 'path',
    points: [left, sy(1 - 2 * i), left + width, sy(1 - 2 * i)],
    stroke: theme.series[i]!,
    lineWidth: 1.2,
    dash: [6, 4],
    opacity: 0.8,
  }));

/** Longer names of own classes are truncated. */
const maxNameLength = 14;

/** Legend of class colours and target heights, above the plot on the right, where no points are. */
export function classKeys({ left, top, width }: Plot, { classes }: PointsPart, theme: Theme): Mark[] {
  if (!classes) return [];
  const size = 11;
  const [dot, gap] = [12, 14];
  const texts = (where: string): string[] =>
    classes.map((name, i) => {
      const short = name.length > maxNameLength ? `${name.slice(0, maxNameLength - 1)}\u2026` : name;
      return `${short} \u2192 ${where}${i === 0 ? '1' : '\u22121'}`;
    });
  const length = (all: readonly string[]): number =>
    all.reduce((sum, text) => sum + dot + textWidth(text, size) + gap, -gap);
  const room = left + width - (left - 42 + textWidth(heightTitle, size) + gap);
  const shown = length(texts('height ')) <= room ? texts('height ') : texts('');
  let x = left + width - length(shown);
  return shown.flatMap((text, i): Mark[] => {
    const start = x;
    x += dot + textWidth(text, size) + gap;
    return [
      { kind: 'dots', x: [start + 4], y: [top - 15], radius: 3.4, fill: theme.series[i]! },
      { kind: 'text', x: start + dot, y: top - 11, text, size, fill: theme.ink },
    ];
  });
}

/** The prediction for each position of the plane as pale colours; heights beyond 1.5 have the deepest colour. */
export const fieldCells = (plane: Plot, field: FieldPart, theme: Theme, opacity = 0.45): Mark =>
  heatCells(plane, field, 1.5, theme, opacity);

/** Paths of the points from depth 0 to depth t, one path mark per colour. */
export function trails(
  { sx, sy }: Plot,
  flow: Pick<FlowPart, 'states' | 'depths'>,
  t: number,
  colours: readonly string[],
  look: { readonly lineWidth: number; readonly opacity: number } = { lineWidth: 1, opacity: 0.3 },
): Mark[] {
  const { states, depths } = flow;
  const [, count = 0, d = 1] = states.shape;
  const { index } = locateDepth(depths, t);
  const now = statesAt(states, depths, t);
  return pathsByColour(colours, look, (n, points) => {
    for (let l = 0; l <= index; l++) {
      const at = (l * count + n) * d;
      points.push(sx(states.data[at]!), sy(states.data[at + 1]!));
    }
    points.push(sx(now.x[n]!), sy(now.y[n]!));
  });
}

/** The paths of all points, one mark for each colour. */
function pathsByColour(
  colours: readonly string[],
  look: { readonly lineWidth: number; readonly opacity: number },
  add: (n: number, points: number[]) => void,
): Mark[] {
  const byColour = new Map<string, number[]>();
  colours.forEach((colour, n) => {
    const points = byColour.get(colour) ?? [];
    byColour.set(colour, points);
    add(n, points);
    points.push(NaN, NaN);
  });
  return [...byColour].map(([stroke, points]) => ({ kind: 'path', points, stroke, ...look }));
}

/** Points with a thin edge in the background colour; smaller if there are many. */
export function pointDots(
  { sx, sy }: Plot,
  { x, y }: Features,
  fills: readonly string[],
  theme: Theme,
  largest = 3.4,
): Mark {
  return {
    kind: 'dots',
    x: Array.from(x, sx),
    y: Array.from(y, sy),
    radius: largest * Math.min(1, Math.max(0.6, Math.sqrt(250 / Math.max(1, x.length)))),
    fills,
    halo: theme.plane,
  };
}

/** The first two features of rows [N, d]. */
export function featuresOf({ shape, data }: Grid): Features {
  const d = shape.at(-1) ?? 1;
  const count = data.length / d;
  return {
    x: Float64Array.from({ length: count }, (_, n) => data[n * d]!),
    y: Float64Array.from({ length: count }, (_, n) => data[n * d + 1]!),
  };
}

/** Thin lines from the old to the new position of each point. */
export function movesOf({ sx, sy }: Plot, from: Features, to: Features, colours: readonly string[]): Mark[] {
  return pathsByColour(colours, { lineWidth: 1, opacity: 0.45 }, (n, points) => {
    points.push(sx(from.x[n]!), sy(from.y[n]!), sx(to.x[n]!), sy(to.y[n]!));
  });
}

/** The largest absolute value, at least 1e-12. */
export const largestIn = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);

/** Arrows from each point, by a vector in the coordinates of the plane. */
export function arrowsFrom(
  { sx, sy }: Plot,
  { x, y }: Features,
  vector: (n: number) => readonly [number, number],
): { x: number[]; y: number[]; dx: number[]; dy: number[] } {
  const ends = Array.from(x, (_, n) => vector(n));
  return {
    x: Array.from(x, sx),
    y: Array.from(y, sy),
    dx: ends.map(([dx], n) => sx(x[n]! + dx) - sx(x[n]!)),
    dy: ends.map(([, dy], n) => sy(y[n]! + dy) - sy(y[n]!)),
  };
}

/** A small plot of the points at one depth. */
export function smallPlane(
  box: Box,
  points: PointsPart,
  at: Features,
  theme: Theme,
  title = 'The points at this depth',
): Mark[] {
  const plane = planePlot(box, points.window, theme, { title });
  return [
    ...plane.frame,
    plane.inside([
      ...targetLines(plane, points, theme),
      pointDots(plane, at, pointColours(points, theme), theme, 2.4),
    ]),
  ];
}
