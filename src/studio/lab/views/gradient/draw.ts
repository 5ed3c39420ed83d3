/** G(theta, t) as a landscape over a plane of theta, with the particles moving down it. */
import {
  type Box,
  type Mark,
  type Picture,
  plot,
  type Plot,
  textWidth,
  type Theme,
} from '../../../../draw/index.ts';
import { statesAt } from '../../drawing/depth.ts';
import { heatCells, signRamp } from '../../drawing/heat.ts';
import { heightFor, layoutOf } from '../../drawing/layout.ts';
import { type DrawOptions, formatDigits, pictureOf, waiting } from '../../drawing/picture.ts';
import { acrossAndUp, arrowsFrom, featuresOf, largestIn, smallPlane } from '../../drawing/plane.ts';
import type { FlowPart, Grid, PointsPart } from '../../parts.ts';
import { numbersOf, partOf, partsOf } from '../../picture-data.ts';
import type { LandscapePart, ShallowPart } from './compute.ts';

/** Panel height in a narrow picture: room for a square. */
const narrowPanel = 300;
/** Length of the longest arrow, as a share of the window. */
const maxArrow = 0.22;

export const height = (width: number): number => heightFor(width, narrowPanel);

export function picture(options: DrawOptions): Picture {
  const { data, cursor, width, height, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const landscapes = partsOf<LandscapePart>(data, 'landscape');
  const flow = partOf<FlowPart>(data, 'flow');
  if (!points || !flow) return waiting(options);
  const boxes = layoutOf(width, height, narrowPanel);
  // A landscape holds for one step, from its depth to the next.
  const ends = (one: LandscapePart): number => flow.depths[one.l + 1] ?? 1;
  const distance = (one: LandscapePart): number =>
    Math.max(one.t - cursor.t, 0, cursor.t - ends(one)) + (cursor.t === ends(one) ? 1e-9 : 0);
  const here = landscapes.reduce<LandscapePart | undefined>(
    (best, one) => (!best || distance(one) < distance(best) ? one : best),
    undefined,
  );
  // One colour scale for all depths.
  const limit = Math.max(1e-12, ...landscapes.map(({ values }) => largestIn(values.data)));
  const marks: Mark[] = [];
  if (here) {
    const from = `from t = ${formatDigits(here.t)} to ${formatDigits(ends(here))}`;
    const shallow = partsOf<ShallowPart>(data, 'shallow').find(({ l }) => l === here.l);
    const names = here.axes.map((axis) => points.parameters[axis] ?? String(axis));
    const landscape = (
      box: Box,
      title: string,
      { values }: { readonly values: Grid },
      over: (plane: Plot) => Mark[] = () => [],
    ): Plot => {
      const plane = thetaPlane(box, title, here.window, names, theme);
      const heat = heatCells(plane, { window: here.window, values }, limit, theme);
      marks.push(...plane.frame, plane.inside([heat, ...over(plane)]));
      return plane;
    };
    const main = landscape(boxes.main, `G(\u03b8, t) of the block ${from}`, here, (plane) =>
      rolling(plane, here, theme),
    );
    // Two pictures with the same colours share one colour bar.
    marks.push(...colourBar(main, limit, theme));
    if (shallow) landscape(boxes.side[0]!, 'G of the two-layer network', shallow);
  }
  marks.push(...smallPlane(boxes.side[1]!, points, statesAt(flow.states, flow.depths, cursor.t), theme));
  return pictureOf(
    options,
    marks,
    here
      ? `the functional gradient of the block from depth ${formatDigits(here.t)} to ${formatDigits(ends(here))} between ${formatDigits(-limit)} and ${formatDigits(limit)}, with ${here.own.length} particles; ` +
          `along the gradient flow the loss decreases at the rate ${formatDigits(numbersOf(data).dissipation)}; cosine with the two-layer gradient ${formatDigits(numbersOf(data).cosine)}`
      : 'the functional gradient is being computed',
  );
}

function thetaPlane(
  box: Box,
  title: string,
  window: number,
  [across = '', up = '']: readonly string[],
  theme: Theme,
): Plot {
  const range = { from: -window, to: window };
  return plot(
    {
      ...box,
      title,
      horizontal: { ...range, title: acrossAndUp(across, up) },
      vertical: range,
      equal: 'frame',
    },
    theme,
  );
}

/** Particles with their directions in the gradient flow. */
function rolling(plane: Plot, { particles, velocity, window }: LandscapePart, theme: Theme): Mark[] {
  const unit = (maxArrow * window) / largestIn(velocity.data);
  const at = arrowsFrom(plane, featuresOf(particles), (j) => [
    unit * velocity.data[2 * j]!,
    unit * velocity.data[2 * j + 1]!,
  ]);
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
