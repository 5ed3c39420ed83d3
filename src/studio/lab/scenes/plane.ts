/** The plane of states: points at one depth, where they came from, where they should arrive. */
import { divergingLevel, type Mark, plot, type Plot, type Theme } from '../../draw/index.ts';
import type { FieldPart, FlowPart, Grid, MeshPart, PointsPart } from '../parts.ts';
import { placeOf, statesAt } from './depth.ts';
import { heatCells, signRamp } from './heat.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The plot of a plane in a box. */
export function planePlot(
  box: Box,
  window: number,
  theme: Theme,
  titles: { title?: string; y?: string } = {},
): Plot {
  const range = { from: -window, to: window };
  return plot(
    {
      ...box,
      horizontal: { ...range, title: 'first feature' },
      vertical: { ...range, title: titles.y ?? 'second feature: the height' },
      ...(titles.title !== undefined && { title: titles.title }),
      equal: true,
    },
    theme,
  );
}

/** One colour a point: of its class, or by its target on the ramp. */
export function pointColours({ targets, classes }: PointsPart, theme: Theme): string[] {
  if (classes) return targets.map((y) => (y > 0 ? theme.series[0]! : theme.series[1]!));
  const limit = Math.max(...targets.map(Math.abs), 1e-12);
  const ramp = signRamp(theme);
  return targets.map((y) => ramp[divergingLevel(y, limit, ramp.length)]!);
}

/** The heights at which the classes should arrive. */
export function targetLines({ left, width, sy }: Plot, { classes }: PointsPart, theme: Theme): Mark[] {
  if (!classes) return [];
  return classes.flatMap((name, i): Mark[] => {
    const y = sy(1 - 2 * i);
    const colour = theme.series[i]!;
    return [
      {
        kind: 'path',
        points: [left, y, left + width, y],
        stroke: colour,
        lineWidth: 1.2,
        dash: [6, 4],
        opacity: 0.8,
      },
      {
        kind: 'text',
        x: left + width - 6,
        y: y - 4,
        text: `${name} should arrive here`,
        size: 11,
        anchor: 'end',
        fill: colour,
        halo: theme.plane,
      },
    ];
  });
}

/** What each place of the plane will arrive at, as pale colours: heights beyond 1.5 have the deepest. */
export const fieldCells = (plane: Plot, field: FieldPart, theme: Theme, opacity = 0.45): Mark =>
  heatCells(plane, field, 1.5, theme, opacity);

/** The lines of a mesh at depth t. */
export function meshLines({ sx, sy }: Plot, { states, depths }: MeshPart, t: number, theme: Theme): Mark {
  const [, rows = 0, columns = 0] = states.shape;
  const { x, y } = statesAt(states, depths, t);
  const points: number[] = [];
  const add = (index: number): void => {
    points.push(sx(x[index]!), sy(y[index]!));
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) add(row * columns + column);
    points.push(NaN, NaN);
  }
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) add(row * columns + column);
    points.push(NaN, NaN);
  }
  return { kind: 'path', points, stroke: theme.muted, lineWidth: 0.7, opacity: 0.5 };
}

/** The way of each point from depth 0 to depth t, one path a colour. */
export function trails(
  { sx, sy }: Plot,
  flow: Pick<FlowPart, 'states' | 'depths'>,
  t: number,
  colours: readonly string[],
): Mark[] {
  const { states, depths } = flow;
  const [, count = 0, d = 1] = states.shape;
  const { index } = placeOf(depths, t);
  const now = statesAt(states, depths, t);
  const byColour = new Map<string, number[]>();
  for (let n = 0; n < count; n++) {
    const colour = colours[n] ?? '';
    const points = byColour.get(colour) ?? [];
    byColour.set(colour, points);
    for (let l = 0; l <= index; l++) {
      const at = (l * count + n) * d;
      points.push(sx(states.data[at]!), sy(states.data[at + 1]!));
    }
    points.push(sx(now.x[n]!), sy(now.y[n]!), NaN, NaN);
  }
  return [...byColour].map(([stroke, points]) => ({
    kind: 'path',
    points,
    stroke,
    lineWidth: 1,
    opacity: 0.3,
  }));
}

/** Points in their colours, with a thin edge in the colour of the ground. */
export function pointDots(
  { sx, sy }: Plot,
  { x, y }: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  fills: readonly string[],
  theme: Theme,
  radius = 3.4,
): Mark {
  return {
    kind: 'dots',
    x: Array.from(x, sx),
    y: Array.from(y, sy),
    radius,
    fills,
    stroke: theme.plane,
    lineWidth: 0.8,
  };
}

/** The first two features of rows [N, d]. */
export function featuresOf({ shape, data }: Grid): { readonly x: number[]; readonly y: number[] } {
  const d = shape.at(-1) ?? 1;
  const count = data.length / d;
  return {
    x: Array.from({ length: count }, (_, n) => data[n * d]!),
    y: Array.from({ length: count }, (_, n) => data[n * d + 1]!),
  };
}
