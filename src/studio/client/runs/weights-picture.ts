/** The blocks of a stage in the plane of the first two principal components of their weights. */
import {
  type Mark,
  type Picture,
  plot,
  sequentialLevel,
  textWidth,
  type Theme,
} from '../../../draw/index.ts';
import type { WeightCloud } from '../../protocol/index.ts';
import { count } from '../parts/words.ts';

type Point = WeightCloud['points'][number];

/** tau if there is one, else the index in the order. */
const depthOf = (point: Point): number => point.tau ?? point.place + 1;

function depthRange({ points }: WeightCloud, checkpoint: string): readonly [number, number] {
  const all = points.filter((point) => point.checkpoint === checkpoint).map(depthOf);
  return [Math.min(...all), Math.max(...all)];
}

/** Colours for depth; block colours stand for creation order everywhere. */
const depthRamp = (theme: Theme): readonly string[] => theme.diverging;

/** Colour by depth, from the first block of the checkpoint to the last. */
function depthColour(cloud: WeightCloud, point: Point, theme: Theme): string {
  const ramp = depthRamp(theme);
  return ramp[sequentialLevel(depthOf(point), ...depthRange(cloud, point.checkpoint), ramp.length)]!;
}

const [barWidth, barHeight, barRoom] = [90, 8, 16];

/** The colour bar, above the plane at the right. */
function colourBar(cloud: WeightCloud, checkpoint: string, width: number, theme: Theme): Mark[] {
  const [low, high] = depthRange(cloud, checkpoint);
  if (!(high > low)) return [];
  const ramp = depthRamp(theme);
  const tau = cloud.points.some((point) => point.tau !== null);
  const text = { kind: 'text', y: 12, size: 11, fill: theme.muted } as const;
  const written = (value: number): string => (tau ? value.toFixed(2) : String(value));
  const [right, last] = [width - 12, written(high)];
  const x = right - textWidth(last, 11) - 6 - barWidth;
  const levels = Uint8Array.from(ramp, (_, i) => i);
  return [
    {
      kind: 'cells',
      x,
      y: 5,
      width: barWidth,
      height: barHeight,
      rows: 1,
      columns: ramp.length,
      levels,
      ramp,
    },
    { ...text, x: x - 6, text: `${tau ? 'depth τ' : 'place'} ${written(low)}`, anchor: 'end' },
    { ...text, x: right, text: last, anchor: 'end' },
  ];
}

/** Checkpoint names in the order of their steps. */
export function checkpointsOf({
  points,
}: WeightCloud): readonly { readonly checkpoint: string; readonly step: number }[] {
  const all = new Map(points.map(({ checkpoint, step }) => [checkpoint, step]));
  return [...all].map(([checkpoint, step]) => ({ checkpoint, step })).sort((a, b) => a.step - b.step);
}

export function weightsPicture(
  stage: string,
  cloud: WeightCloud,
  checkpoint: string,
  width: number,
  height: number,
  theme: Theme,
): Picture {
  const { points, explained } = cloud;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const range = (values: readonly number[]): readonly [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const pad = (high - low) * 0.12 || 1;
    return [low - pad, high + pad];
  };
  const [x, y] = [range(points.map((point) => point.x)), range(points.map((point) => point.y))];
  const frame = plot(
    {
      x: 0,
      y: barRoom,
      width,
      height: height - barRoom,
      horizontal: {
        from: x[0],
        to: x[1],
        title: `first component, ${percent(explained[0])} of the variance`,
      },
      vertical: { from: y[0], to: y[1], title: `second component, ${percent(explained[1])}` },
      equal: true,
    },
    theme,
  );
  const inside: Mark[] = [];
  const now = points.filter((point) => point.checkpoint === checkpoint);
  const until = now[0]?.step ?? Infinity;
  const paths = new Map<number, Point[]>();
  for (const point of [...points].sort((a, b) => a.step - b.step)) {
    const path = paths.get(point.particle);
    if (path) path.push(point);
    else paths.set(point.particle, [point]);
  }
  for (const path of paths.values()) {
    const seen = path.filter(({ step }) => step <= until);
    inside.push({
      kind: 'path',
      points: seen.flatMap((point) => [frame.sx(point.x), frame.sy(point.y)]),
      stroke: theme.muted,
      opacity: 0.5,
      lineWidth: 1.2,
    });
    inside.push({
      kind: 'dots',
      x: seen.map((point) => frame.sx(point.x)),
      y: seen.map((point) => frame.sy(point.y)),
      radius: 2,
      fill: theme.muted,
      opacity: 0.6,
    });
  }
  // The flow from block to block.
  const flow = [...now].sort((a, b) => a.place - b.place);
  inside.push({
    kind: 'path',
    points: flow.flatMap((point) => [frame.sx(point.x), frame.sy(point.y)]),
    stroke: theme.rule,
    dash: [2, 4],
  });
  for (const point of flow) {
    inside.push({
      kind: 'dots',
      x: [frame.sx(point.x)],
      y: [frame.sy(point.y)],
      radius: 7,
      fill: depthColour(cloud, point, theme),
      stroke: theme.ink,
      lineWidth: 1,
    });
    inside.push({
      kind: 'text',
      x: frame.sx(point.x) + 11,
      y: frame.sy(point.y) - 8,
      text: String(point.particle + 1),
      size: 12,
      fill: theme.ink,
      halo: theme.plane,
    });
  }
  return {
    width,
    height,
    background: theme.paper,
    description: `${stage}: ${count(now.length, 'block')} in the plane of two components with ${percent(explained[0] + explained[1])} of the variance of their weights`,
    marks: [...colourBar(cloud, checkpoint, width, theme), ...frame.frame, frame.inside(inside)],
  };
}
