/** Blocks of a stage in the plane of the first two principal components of their weights. */
import { blockColour } from '../../../report/palette.ts';
import { type Mark, type Picture, plot, type Theme } from '../../draw/index.ts';
import type { WeightCloud } from '../../protocol/index.ts';
import { count } from '../parts/words.ts';

type Point = WeightCloud['points'][number];

/** Finer than the eye tells apart. */
const shades = 64;

/** By depth: tau where there is one, else the place in the order. */
export function depthColour({ points }: WeightCloud, point: Point, side: 'light' | 'dark'): string {
  const depth = (one: Point): number => one.tau ?? one.place;
  const all = points.filter(({ checkpoint }) => checkpoint === point.checkpoint).map(depth);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const share = high > low ? (depth(point) - low) / (high - low) : 0;
  return blockColour(Math.round(share * (shades - 1)), shades)[side];
}

/** Names in the order of their steps. */
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
      y: 0,
      width,
      height,
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
  // The flow, from block to block.
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
      fill: depthColour(cloud, point, theme.name),
      stroke: theme.plane,
      lineWidth: 1.5,
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
    marks: [...frame.frame, frame.inside(inside)],
  };
}
