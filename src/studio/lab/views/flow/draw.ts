/** All points carried through depth, over the plane carried with them. */
import {
  type Box,
  ink,
  type Mark,
  type Picture,
  plot,
  type Plot,
  type Theme,
} from '../../../../draw/index.ts';
import { locateDepth, nearestTo, statesAt } from '../../drawing/depth.ts';
import { heightFor } from '../../drawing/layout.ts';
import { type DrawOptions, formatDigits, waiting } from '../../drawing/picture.ts';
import { fieldCells, pointDots, targetLines, trails } from '../../drawing/plane.ts';
import { statesPicture } from '../../drawing/states-picture.ts';
import type { FieldPart, FlowPart, PointsPart } from '../../parts.ts';
import { partOf, partsOf } from '../../picture-data.ts';
import type { MeshPart } from './compute.ts';

export { heightFor as height };

export function picture(options: DrawOptions): Picture {
  const { data, cursor, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const flow = partOf<FlowPart>(data, 'flow', 'flow');
  if (!points || !flow) return waiting(options);
  const ode = partOf<FlowPart>(data, 'flow', 'ode');
  const field = nearestTo(partsOf<FieldPart>(data, 'field', 'prediction'), cursor.t);
  const mesh = partOf<MeshPart>(data, 'mesh');
  const now = statesAt(flow.states, flow.depths, cursor.t);
  return statesPicture(options, {
    points,
    ground: true,
    inside: (plane, colours) => [
      ...(field ? [fieldCells(plane, field, theme)] : []),
      ...(mesh ? [turnedCells(plane, mesh, cursor.t, theme), meshLines(plane, mesh, cursor.t, theme)] : []),
      ...targetLines(plane, points, theme),
      ...(ode
        ? [
            ...trails(plane, ode, cursor.t, colours, { lineWidth: 4, opacity: 0.4 }),
            ...corners(plane, flow, cursor.t, theme),
          ]
        : trails(plane, flow, cursor.t, colours)),
      pointDots(plane, now, colours, theme),
    ],
    side: [
      {
        title: 'Half the squared distance to the targets',
        x: { title: 'depth t' },
        y: { from: 0 },
        lines: [{ name: '', x: flow.depths, y: distanceAlong(flow, points), colour: ink }],
        cursor: cursor.t,
      },
      (box) => heightsPlot(box, now.y, points, theme),
    ],
    description:
      `${now.x.length} points at depth ${formatDigits(cursor.t)} of the flow; at depth 1 the loss is ${formatDigits(flow.loss)}` +
      (flow.accuracy === null
        ? ''
        : `, ${formatDigits(100 * flow.accuracy)} percent of the points end on the correct side`),
  });
}

/** Half the mean squared distance of the heights from their targets, at every depth. */
function distanceAlong({ states }: FlowPart, { targets }: PointsPart): number[] {
  const [depths = 0, count = 0, d = 1] = states.shape;
  return Array.from({ length: depths }, (_, l) => {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += (states.data[(l * count + n) * d + 1]! - targets[n]!) ** 2;
    return sum / (2 * count);
  });
}

const bins = 31;

/** Histogram of heights: bars to the right, by class. */
function heightsPlot(box: Box, heights: ArrayLike<number>, points: PointsPart, theme: Theme): Mark[] {
  const { classes, targets, window } = points;
  const counts = [new Float64Array(bins), new Float64Array(bins)] as const;
  for (let n = 0; n < heights.length; n++) {
    const bin = Math.floor(((heights[n]! + window) / (2 * window)) * bins);
    const group = classes && targets[n]! < 0 ? 1 : 0;
    if (bin >= 0 && bin < bins) counts[group][bin]!++;
  }
  const largest = Math.max(1, ...counts[0], ...counts[1]);
  const one = plot(
    {
      ...box,
      title: 'Heights of the points at this depth',
      horizontal: {
        from: 0,
        to: largest,
        title: 'points',
        ticks: 3,
        format: (value) => (Number.isInteger(value) ? String(value) : ''),
      },
      vertical: { from: -window, to: window },
    },
    theme,
  );
  const bars = (group: 0 | 1): Mark[] => {
    const colour = classes ? theme.series[group]! : theme.ink;
    return Array.from(counts[group]).flatMap((count, bin): Mark[] =>
      count ? [bar(one, bin, count, window, colour)] : [],
    );
  };
  return [
    ...one.frame,
    one.inside([...bars(0), ...(classes ? bars(1) : []), ...classLevels(one, points, theme)]),
  ];
}

function bar({ sx, sy }: Plot, bin: number, count: number, window: number, fill: string): Mark {
  const [low, high] = [bin, bin + 1].map((edge) => sy(-window + (2 * window * edge) / bins)) as [
    number,
    number,
  ];
  return {
    kind: 'rect',
    x: sx(0),
    y: high + 0.5,
    width: sx(count) - sx(0),
    height: low - high - 1,
    fill,
    opacity: 0.75,
  };
}

const classLevels = ({ left, width, sy }: Plot, { classes }: PointsPart, theme: Theme): Mark[] =>
  classes
    ? [1, -1].map((level, i): Mark => ({
        kind: 'path',
        points: [left, sy(level), left + width, sy(level)],
        stroke: theme.series[i]!,
        dash: [6, 4],
        opacity: 0.8,
      }))
    : [];

/** The cells of a mesh that are turned over at depth t, shaded. */
function turnedCells({ sx, sy }: Plot, { states, depths, areas }: MeshPart, t: number, theme: Theme): Mark {
  const [, rows = 0, columns = 0] = states.shape;
  const { x, y } = statesAt(states, depths, t);
  const { index, share } = locateDepth(depths, t);
  const first = (share < 0.5 ? index : index + 1) * rows * columns;
  const points: number[] = [];
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < columns; column++) {
      const corner = row * columns + column;
      const around = [corner, corner + 1, corner + columns + 1, corner + columns];
      if (!around.some((n) => areas.data[first + n]! < 0)) continue;
      for (const n of around) points.push(sx(x[n]!), sy(y[n]!));
      points.push(NaN, NaN);
    }
  return { kind: 'path', points, fill: theme.ink, opacity: 0.3 };
}

/** The lines of a mesh at depth t. */
function meshLines({ sx, sy }: Plot, { states, depths }: MeshPart, t: number, theme: Theme): Mark {
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

/** Paths of the points through the ResNet: straight lines with a small dot at the start of each block. */
function corners(plane: Plot, flow: Pick<FlowPart, 'states' | 'depths'>, t: number, theme: Theme): Mark[] {
  const { states, depths } = flow;
  const [, count = 0, d = 1] = states.shape;
  const passed = (locateDepth(depths, t).index + 1) * count;
  const at = (row: number, feature: number): number => states.data[row * d + feature]!;
  const rows = Array.from({ length: passed }, (_, row) => row);
  const lines = trails(plane, flow, t, Array<string>(count).fill(theme.ink), { lineWidth: 1, opacity: 0.9 });
  return [
    ...lines,
    {
      kind: 'dots',
      x: rows.map((row) => plane.sx(at(row, 0))),
      y: rows.map((row) => plane.sy(at(row, 1))),
      radius: 1.7,
      fill: theme.ink,
    },
  ];
}
