/** G(theta, t) as a landscape over a plane of theta, with the particles that roll down it. */
import { type Mark, plot, type Plot, type Theme } from '../../draw/index.ts';
import type { Grid, LandscapePart, PointsPart } from '../parts.ts';
import { statesAt } from './depth.ts';
import { heatCells, signRamp } from './heat.ts';
import { heightFor, layoutOf } from './layout.ts';
import { planePlot, pointColours, pointDots, targetLines, type Box } from './plane.ts';
import { pictureOf, say, type Scene, waiting } from './scene.ts';

const panels = 2;
/** The longest arrow, as a share of the window. */
const longest = 0.22;

export const gradientScene: Scene = {
  height: (width) => heightFor(width, panels),
  picture(options) {
    const { data, cursor, width, height, theme } = options;
    const { points, landscapes, shallow } = data;
    const flow = data.flows.flow;
    if (!points || !flow) return waiting(options);
    const { main, side } = layoutOf(width, height, panels);
    // A landscape is that of the step that begins at its depth.
    const here = landscapes.reduce<LandscapePart | undefined>(
      (best, one) => (!best || distance(one.t, cursor.t) < distance(best.t, cursor.t) ? one : best),
      undefined,
    );
    const limit = limitOf(landscapes.map(({ values }) => values));
    const marks: (Mark | readonly Mark[])[] = [];
    if (here) {
      const names = here.axes.map((axis) => points.parameters[axis] ?? String(axis)) as [string, string];
      marks.push(
        landscape(main, here.values, here, names, limit, theme, `G(\u03b8, t) at depth t = ${say(here.t)}`),
      );
      const flat = shallow.find(({ l }) => l === here.l);
      if (flat)
        marks.push(
          landscape(
            side[0]!,
            flat.values,
            { ...here, particles: undefined },
            names,
            limit,
            theme,
            'The two-layer network\u2019s G',
          ),
        );
    }
    marks.push(smallPlane(side[1]!, points, statesAt(flow.states, flow.depths, cursor.t), theme));
    return pictureOf(
      options,
      marks,
      here
        ? `the functional gradient at depth ${say(here.t)} between ${say(-limit)} and ${say(limit)}, with ${here.own.length} particles; ` +
            `along the gradient flow the loss falls at the rate ${say(data.numbers.dissipation)}; cosine with the two-layer gradient ${say(data.numbers.cosine)}`
        : 'the functional gradient is being computed',
    );
  },
};

const distance = (a: number, b: number): number => Math.abs(a - b);

/** The largest size of a value, by which all landscapes share their colours. */
function limitOf(grids: readonly Grid[]): number {
  let largest = 1e-12;
  for (const { data } of grids) for (const value of data) largest = Math.max(largest, Math.abs(value));
  return largest;
}

interface OnPlane {
  readonly window: number;
  readonly particles: Grid | undefined;
  readonly velocity: Grid;
}

function landscape(
  box: Box,
  values: Grid,
  { window, particles, velocity }: OnPlane,
  [xName, yName]: readonly [string, string],
  limit: number,
  theme: Theme,
  title: string,
): Mark[] {
  const range = { from: -window, to: window };
  const one = plot(
    { ...box, title, horizontal: { ...range, title: xName }, vertical: range, equal: true },
    theme,
  );
  const inside: Mark[] = [heatCells(one, { window, values }, limit, theme)];
  if (particles) inside.push(...rolling(one, particles, velocity, window, theme));
  return [
    ...one.frame,
    one.inside(inside),
    {
      kind: 'text',
      x: one.left + 6,
      y: one.top + 6,
      text: yName,
      size: 11,
      baseline: 'top',
      fill: theme.ink,
      halo: theme.plane,
    },
    ...colourBar(one, limit, theme),
  ];
}

/** Particles with the way that the gradient flow takes them. */
function rolling({ sx, sy }: Plot, particles: Grid, velocity: Grid, window: number, theme: Theme): Mark[] {
  const count = particles.shape[0] ?? 0;
  const largest = velocity.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  const unit = (longest * window) / largest;
  const at = { x: [] as number[], y: [] as number[], dx: [] as number[], dy: [] as number[] };
  for (let j = 0; j < count; j++) {
    const [x, y] = [particles.data[2 * j]!, particles.data[2 * j + 1]!];
    at.x.push(sx(x));
    at.y.push(sy(y));
    at.dx.push(sx(x + unit * velocity.data[2 * j]!) - sx(x));
    at.dy.push(sy(y + unit * velocity.data[2 * j + 1]!) - sy(y));
  }
  return [
    { kind: 'arrows', ...at, stroke: theme.ink, lineWidth: 1.3 },
    { kind: 'dots', x: at.x, y: at.y, radius: 4, fill: theme.series[2]!, stroke: theme.paper, lineWidth: 1 },
  ];
}

/** From - limit to limit, in the upper right corner of a plot. */
function colourBar({ left, top, width }: Plot, limit: number, theme: Theme): Mark[] {
  const [wide, tall] = [Math.min(110, width / 3), 8];
  const [x, y] = [left + width - wide, top - tall - 4];
  const ramp = signRamp(theme);
  const count = ramp.length;
  return [
    {
      kind: 'cells',
      x,
      y,
      width: wide,
      height: tall,
      rows: 1,
      columns: count,
      levels: Uint8Array.from({ length: count }, (_, i) => i),
      ramp,
    },
    {
      kind: 'text',
      x: x - 5,
      y: y + tall,
      text: `\u2212${Number(limit.toPrecision(2))}`,
      size: 10,
      anchor: 'end',
      fill: theme.muted,
    },
    {
      kind: 'text',
      x: x + wide,
      y: y - 3,
      text: `G up to ${Number(limit.toPrecision(2))}`,
      size: 10,
      anchor: 'end',
      fill: theme.muted,
    },
  ];
}

/** The points at one depth, small. */
export function smallPlane(
  box: Box,
  points: PointsPart,
  at: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  theme: Theme,
  title = 'The points at this depth',
): Mark[] {
  const plane = planePlot(box, points.window, theme, { title });
  const lines = targetLines(plane, { ...points }, theme).filter(({ kind }) => kind === 'path');
  return [
    ...plane.frame,
    plane.inside([...lines, pointDots(plane, at, pointColours(points, theme), theme, 2.4)]),
  ];
}
