/** G(theta, t) as a landscape over a plane of theta, with the particles moving down it. */
import { type Mark, plot, type Plot, textWidth, type Theme } from '../../../draw/index.ts';
import type { Grid, LandscapePart, PointsPart } from '../parts.ts';
import { statesAt } from './depth.ts';
import { heatCells, signRamp } from './heat.ts';
import { heightFor, layoutOf } from './layout.ts';
import { acrossAndUp, planePlot, pointColours, pointDots, targetLines, type Box } from './plane.ts';
import { formatDigits, pictureOf, type Scene, waiting } from './scene.ts';

const panels = 2;
/** Panel height in a narrow picture: room for a square. */
const narrowPanel = 300;
/** Length of the longest arrow, as a share of the window. */
const maxArrow = 0.22;

export const gradientScene: Scene = {
  height: (width) => heightFor(width, panels, narrowPanel),
  picture(options) {
    const { data, cursor, width, height, theme } = options;
    const { points, landscapes, shallow } = data;
    const flow = data.flows.flow;
    if (!points || !flow) return waiting(options);
    const { main, side } = layoutOf(width, height, panels, narrowPanel);
    // A landscape holds for one step, from its depth to the next.
    const ends = (one: LandscapePart): number => flow.depths[one.l + 1] ?? 1;
    const distance = (one: LandscapePart): number =>
      Math.max(one.t - cursor.t, 0, cursor.t - ends(one)) + (cursor.t === ends(one) ? 1e-9 : 0);
    const here = landscapes.reduce<LandscapePart | undefined>(
      (best, one) => (!best || distance(one) < distance(best) ? one : best),
      undefined,
    );
    const limit = limitOf(landscapes.map(({ values }) => values));
    const marks: (Mark | readonly Mark[])[] = [];
    if (here) {
      const names = here.axes.map((axis) => points.parameters[axis] ?? String(axis)) as [string, string];
      marks.push(
        landscape(
          main,
          here.values,
          here,
          names,
          limit,
          theme,
          `G(\u03b8, t) of the block from t = ${formatDigits(here.t)} to ${formatDigits(ends(here))}`,
        ),
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
        ? `the functional gradient of the block from depth ${formatDigits(here.t)} to ${formatDigits(ends(here))} between ${formatDigits(-limit)} and ${formatDigits(limit)}, with ${here.own.length} particles; ` +
            `along the gradient flow the loss falls at the rate ${formatDigits(data.numbers.dissipation)}; cosine with the two-layer gradient ${formatDigits(data.numbers.cosine)}`
        : 'the functional gradient is being computed',
    );
  },
};

/** The largest absolute value, which scales the colours of all landscapes. */
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
    {
      ...box,
      title,
      horizontal: { ...range, title: acrossAndUp(xName, yName) },
      vertical: range,
      equal: 'frame',
    },
    theme,
  );
  const inside: Mark[] = [heatCells(one, { window, values }, limit, theme)];
  if (particles) inside.push(...rolling(one, particles, velocity, window, theme));
  return [
    ...one.frame,
    one.inside(inside),
    // Two pictures with the same colours share one colour bar.
    ...(particles ? colourBar(one, limit, theme) : []),
  ];
}

/** Particles with their directions in the gradient flow. */
function rolling({ sx, sy }: Plot, particles: Grid, velocity: Grid, window: number, theme: Theme): Mark[] {
  const count = particles.shape[0] ?? 0;
  const largest = velocity.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  const unit = (maxArrow * window) / largest;
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
    { kind: 'dots', x: at.x, y: at.y, radius: 4, fill: theme.series[2]!, halo: theme.paper },
  ];
}

/** Colour bar from -limit to limit, above the upper right corner of a plot. */
function colourBar({ left, top, width }: Plot, limit: number, theme: Theme): Mark[] {
  const [wide, tall] = [60, 8];
  const ramp = signRamp(theme);
  const count = ramp.length;
  const text = { kind: 'text', y: top - 10, size: 10, fill: theme.muted } as const;
  const end = String(Number(limit.toPrecision(2)));
  const x = left + width - wide - textWidth(end, text.size) - 5;
  return [
    {
      kind: 'cells',
      x,
      y: text.y - tall,
      width: wide,
      height: tall,
      rows: 1,
      columns: count,
      levels: Uint8Array.from({ length: count }, (_, i) => i),
      ramp,
    },
    { ...text, x: x - 5, text: `\u2212${end}`, anchor: 'end' },
    { ...text, x: left + width, text: end, anchor: 'end' },
  ];
}

/** A small plot of the points at one depth. */
export function smallPlane(
  box: Box,
  points: PointsPart,
  at: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
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
