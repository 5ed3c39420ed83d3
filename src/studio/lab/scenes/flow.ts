/** All points carried through depth, over the plane carried with them. */
import { ink, type Mark, type Plot, plot, type Theme } from '../../../draw/index.ts';
import type { FlowPart, PointsPart } from '../parts.ts';
import { nearestTo, statesAt } from './depth.ts';
import { heightFor, layoutOf } from './layout.ts';
import { linesPlot } from './lines.ts';
import {
  classKeys,
  corners,
  fieldCells,
  meshLines,
  planePlot,
  pointColours,
  pointDots,
  targetLines,
  trails,
  type Box,
} from './plane.ts';
import { formatDigits, pictureOf, type Scene, waiting } from './scene.ts';

const panels = 2;

export const flowScene: Scene = {
  height: (width) => heightFor(width, panels),
  picture(options) {
    const { data, cursor, width, height, theme } = options;
    const { points } = data;
    const flow = data.flows.flow;
    if (!points || !flow) return waiting(options);
    const { main, side } = layoutOf(width, height, panels);
    const plane = planePlot(main, points.window, theme, { ground: true });
    const colours = pointColours(points, theme);
    const { ode } = data.flows;
    const field = nearestTo(data.fields.prediction ?? [], cursor.t);
    const mesh = data.meshes.mesh;
    const now = statesAt(flow.states, flow.depths, cursor.t);
    const inside: Mark[] = [
      ...(field ? [fieldCells(plane, field, theme)] : []),
      ...(mesh ? [meshLines(plane, mesh, cursor.t, theme)] : []),
      ...targetLines(plane, points, theme),
      ...(ode
        ? [
            ...trails(plane, ode, cursor.t, colours, { lineWidth: 4, opacity: 0.4 }),
            ...corners(plane, flow, cursor.t, theme),
          ]
        : trails(plane, flow, cursor.t, colours)),
      pointDots(plane, now, colours, theme),
    ];
    const distances = distanceAlong(flow, points);
    return pictureOf(
      options,
      [
        ...plane.frame,
        ...classKeys(plane, points, theme),
        plane.inside(inside),
        linesPlot(
          {
            box: side[0]!,
            title: 'Half the squared distance to the targets',
            x: { title: 'depth t' },
            y: { from: 0 },
            lines: [{ name: '', x: flow.depths, y: distances, colour: ink }],
            cursor: cursor.t,
          },
          theme,
        ),
        heightsPlot(side[1]!, now.y, points, points.window, theme),
      ],
      `${now.x.length} points at depth ${formatDigits(cursor.t)} of the flow; at depth 1 the loss is ${formatDigits(flow.loss)}` +
        (flow.accuracy === null
          ? ''
          : `, ${formatDigits(100 * flow.accuracy)} percent arrive on the right side`),
    );
  },
};

/** Half the mean squared distance of the heights from their targets, at every depth. */
export function distanceAlong({ states }: FlowPart, { targets }: PointsPart): number[] {
  const [depths = 0, count = 0, d = 1] = states.shape;
  return Array.from({ length: depths }, (_, l) => {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += (states.data[(l * count + n) * d + 1]! - targets[n]!) ** 2;
    return sum / (2 * count);
  });
}

const bins = 31;

/** Histogram of heights: bars to the right, by class. */
export function heightsPlot(
  box: Box,
  heights: ArrayLike<number>,
  points: PointsPart,
  window: number,
  theme: Theme,
): Mark[] {
  const { classes, targets } = points;
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
      title: 'Heights of the points now',
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
