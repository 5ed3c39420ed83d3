/** The Wasserstein gradient flow: points at depth t and the particles of that depth during training. */
import {
  type Box,
  ink,
  type Mark,
  type Picture,
  plot,
  seriesColour,
  type Theme,
} from '../../../../draw/index.ts';
import { snapshotAt, statesAt } from '../../drawing/depth.ts';
import { heightFor } from '../../drawing/layout.ts';
import { type DrawOptions, formatDigits, waiting } from '../../drawing/picture.ts';
import { acrossAndUp, pointDots, targetLines, trails } from '../../drawing/plane.ts';
import { statesPicture } from '../../drawing/states-picture.ts';
import type { CurvePart, PointsPart, SnapshotPart } from '../../parts.ts';
import { numbersOf, partOf, partsOf } from '../../picture-data.ts';
import type { ParticlesPart } from './compute.ts';

export { heightFor as height };

export function picture(options: DrawOptions): Picture {
  const { data, state, cursor, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const curve = partOf<CurvePart>(data, 'curve');
  const end = numbersOf(data).loss;
  if (!points) return waiting(options);
  const step = cursor.s * state.steps;
  const flow = snapshotAt(partsOf<SnapshotPart>(data, 'snapshot'), step);
  const loss = curve?.columns.loss ?? [];
  const at = curve ? loss[curve.step.findLastIndex((one) => one <= step)] : undefined;
  const axes = [state.axisX, state.axisY] as const;
  return statesPicture(options, {
    points,
    inside: (plane, colours) =>
      flow
        ? [
            ...trails(plane, flow, cursor.t, colours),
            pointDots(plane, statesAt(flow.states, flow.depths, cursor.t), colours, theme),
            ...targetLines(plane, points, theme),
          ]
        : [],
    side: [
      curve && {
        title: 'Loss',
        x: { title: 'steps', from: 0, to: state.steps },
        y: { scale: 'log' },
        lines: [
          { name: 'E', x: curve.step, y: loss, colour: ink, lineWidth: 2.2 },
          {
            name: 'E(0) \u2212 \u222b D ds',
            x: curve.step,
            y: (curve.columns.balance ?? []).map((left, i) => loss[i]! + left),
            colour: seriesColour(2),
            dash: [5, 4],
          },
        ],
        cursor: step,
      },
      (box) => cloud(box, points, partsOf(data, 'particles'), { step, t: cursor.t, axes }, theme),
    ],
    description:
      `step ${Math.round(step)} of ${state.steps} of the Wasserstein gradient flow, the points at depth ${formatDigits(cursor.t)}: loss ${formatDigits(at)}, ` +
      `from ${formatDigits(loss[0])}${end === undefined ? '' : ` to ${formatDigits(end)} at the end`}`,
  });
}

/** The particles of the depth step at t with their trajectories, in the plane of two of their parameters. */
function cloud(
  box: Box,
  { parameters }: PointsPart,
  shots: readonly ParticlesPart[],
  {
    step,
    t,
    axes: [first, second],
  }: { readonly step: number; readonly t: number; readonly axes: readonly [number, number] },
  theme: Theme,
): Mark[] {
  const [slices = 1, count = 0, size = 1] = shots[0]?.theta.shape ?? [];
  const l = Math.min(slices - 1, Math.floor(t * slices));
  const read = ({ theta }: ParticlesPart, j: number, axis: number): number =>
    theta.data[(l * count + j) * size + axis]!;
  let largest = 1;
  for (const shot of shots)
    for (let j = 0; j < count; j++)
      largest = Math.max(largest, Math.abs(read(shot, j, first)), Math.abs(read(shot, j, second)));
  const range = { from: -1.05 * largest, to: 1.05 * largest };
  const one = plot(
    {
      ...box,
      // Particles act from one depth to the next, wherever the slider is in between.
      title: `Particles of depth ${formatDigits(l / slices)} to ${formatDigits((l + 1) / slices)}`,
      horizontal: { ...range, title: acrossAndUp(parameters[first] ?? '', parameters[second] ?? '') },
      vertical: range,
      equal: true,
    },
    theme,
  );
  const past = shots.filter((shot) => shot.step <= step);
  const next = shots.find((shot) => shot.step > step);
  const last = past.at(-1);
  if (!last) return [...one.frame];
  const share = next ? (step - last.step) / (next.step - last.step) : 0;
  const trajectories: number[] = [];
  const [x, y]: [number[], number[]] = [[], []];
  for (let j = 0; j < count; j++) {
    for (const shot of past) trajectories.push(one.sx(read(shot, j, first)), one.sy(read(shot, j, second)));
    const [fromX, fromY] = [read(last, j, first), read(last, j, second)];
    const nowX = one.sx(next ? fromX + share * (read(next, j, first) - fromX) : fromX);
    const nowY = one.sy(next ? fromY + share * (read(next, j, second) - fromY) : fromY);
    trajectories.push(nowX, nowY, NaN, NaN);
    x.push(nowX);
    y.push(nowY);
  }
  return [
    ...one.frame,
    one.inside([
      { kind: 'path', points: trajectories, stroke: theme.series[2]!, opacity: 0.4 },
      { kind: 'dots', x, y, radius: 3.2, fill: theme.series[2]!, halo: theme.plane },
    ]),
  ];
}
