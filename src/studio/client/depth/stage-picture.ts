/**
 * A stage as beads on the depth axis, with their trails below: depth runs to the right in both parts and time runs
 * down, so that each bead is right above its trail.
 */
import {
  blockColour,
  formatCount,
  inkOn,
  type Mark,
  type Picture,
  plot,
  type Plot,
  type Theme,
} from '../../../draw/index.ts';
import type { SwapRecord } from '../../../runs/index.ts';
import { type Bead, beadWords, swapsBetween, type Timeline } from './timeline.ts';

const stripHeight = 84;
const axisY = 54;

/** The parts that do not change while the slider moves: scales, trails, swaps. */
export interface StageScene {
  readonly plot: Plot;
  readonly picture: Picture;
}

export function stageScene(
  timeline: Timeline,
  swaps: readonly SwapRecord[],
  width: number,
  height: number,
  theme: Theme,
): StageScene {
  const { steps, depth, particles, beads, axis } = timeline;
  const pad = (depth[1] - depth[0]) * 0.06;
  const [first = 0, last = 1] = [steps[0], steps.at(-1)];
  const frame = plot(
    {
      x: 0,
      y: stripHeight,
      width,
      height: height - stripHeight,
      horizontal: { from: depth[0] === 0 ? 0 : depth[0] - pad, to: depth[1] + pad, title: axis },
      // Time runs down.
      vertical: { from: -last, to: -first, title: 'step', format: (value) => formatCount(-value), ticks: 5 },
    },
    theme,
  );
  const places = Array.from({ length: particles }, () => new Float64Array(2 * steps.length).fill(NaN));
  beads.forEach((all, i) => {
    const y = frame.sy(-steps[i]!);
    for (const { particle, at } of all) {
      const points = places[particle];
      if (points) [points[2 * i], points[2 * i + 1]] = [frame.sx(at), y];
    }
  });
  const trails = places.map((points, particle): Mark => ({
    kind: 'path',
    points,
    stroke: blockColour(particle, particles)[theme.name],
    lineWidth: 1.8,
  }));
  const marks = [...frame.frame, frame.inside([...trails, ...crossings(timeline, swaps, frame, theme)])];
  return {
    plot: frame,
    picture: { width, height, background: theme.paper, marks, description: timeline.stage },
  };
}

/** Limit of drawn crossings: more would merge into a band. */
const maxCrossings = 600;

/** A ring where two trails cross. */
function crossings(
  { stage, steps, beads }: Timeline,
  swaps: readonly SwapRecord[],
  frame: Plot,
  theme: Theme,
): Mark[] {
  const [x, y]: [number[], number[]] = [[], []];
  const mine = swaps.filter((swap) => swap.stage === stage);
  const stride = Math.ceil(mine.length / maxCrossings);
  let point = 0;
  mine.forEach((swap, i) => {
    if (i % stride) return;
    while (point < steps.length - 1 && steps[point]! < swap.step) point++;
    for (const [a, b] of swap.pairs) {
      const [one, other] = [a, b].map((particle) => beads[point]?.find((bead) => bead.particle === particle));
      if (!one || !other) continue;
      x.push(frame.sx((one.at + other.at) / 2));
      y.push(frame.sy(-swap.step));
    }
  });
  return x.length
    ? [
        {
          kind: 'dots',
          x,
          y,
          radius: x.length > 100 ? 2 : 4,
          stroke: theme.ink,
          lineWidth: 1.2,
          ...(x.length <= 100 && { fill: theme.plane }),
        },
      ]
    : [];
}

/** The moving marks: beads, the time line with a veil over the future, and the current swaps. */
export function stageMarks(
  timeline: Timeline,
  { plot: frame }: StageScene,
  point: number,
  swaps: readonly SwapRecord[],
  theme: Theme,
): readonly Mark[] {
  const { stage, steps, particles } = timeline;
  const beads = timeline.beads[point] ?? [];
  const step = steps[point] ?? 0;
  const y = frame.sy(-step);
  const { left, width, top, height } = frame;
  return [
    {
      kind: 'rect',
      x: left,
      y,
      width,
      height: Math.max(top + height - y, 0),
      fill: theme.plane,
      opacity: 0.78,
    },
    { kind: 'path', points: [left, y, left + width, y], stroke: theme.ink, opacity: 0.6 },
    {
      kind: 'dots',
      x: beads.map(({ at }) => frame.sx(at)),
      y: beads.map(() => y),
      radius: 3.5,
      fills: beads.map(({ particle }) => blockColour(particle, particles)[theme.name]),
      stroke: theme.plane,
      lineWidth: 1.2,
    },
    ...strip(beads, particles, frame, theme),
    ...arcs(swapsBetween(swaps, stage, steps[point - 1] ?? 0, step), beads, frame, theme),
  ];
}

/** The complete picture, for saving. */
export function stagePicture(
  timeline: Timeline,
  swaps: readonly SwapRecord[],
  point: number,
  width: number,
  height: number,
  theme: Theme,
): Picture {
  const scene = stageScene(timeline, swaps, width, height, theme);
  const { stage, steps, beads } = timeline;
  return {
    ...scene.picture,
    marks: [...scene.picture.marks, ...stageMarks(timeline, scene, point, swaps, theme)],
    description: `${stage} at step ${steps[point] ?? 0}: ${beadWords(beads[point] ?? [])}`,
  };
}

/** Step sizes as bars between the beads, with numbers where they fit. */
function strip(beads: readonly Bead[], particles: number, { sx, left, width }: Plot, theme: Theme): Mark[] {
  const radius = Math.min(10, Math.max(4, width / Math.max(particles, 1) / 2.6));
  const marks: Mark[] = [{ kind: 'path', points: [left, axisY, left + width, axisY], stroke: theme.rule }];
  for (const { particle, from, to, width: size } of beads) {
    const [a, b] = [sx(from), sx(to)];
    marks.push({
      kind: 'rect',
      x: a,
      y: axisY - 4,
      width: Math.max(b - a, 0),
      height: 8,
      radius: 2,
      fill: blockColour(particle, particles)[theme.name],
      opacity: 0.42,
    });
    if (b - a > 46)
      marks.push({
        kind: 'text',
        x: (a + b) / 2,
        y: axisY - 11,
        text: size.toFixed(2),
        size: 11,
        fill: theme.muted,
        anchor: 'middle',
      });
  }
  for (const { particle, at } of beads) {
    const colour = blockColour(particle, particles)[theme.name];
    marks.push({
      kind: 'dots',
      x: [sx(at)],
      y: [axisY],
      radius,
      fill: colour,
      stroke: theme.plane,
      lineWidth: 1.5,
    });
    if (radius >= 7)
      marks.push({
        kind: 'text',
        x: sx(at),
        y: axisY + 0.5,
        text: String(particle + 1),
        size: radius + 1,
        fill: inkOn(colour),
        anchor: 'middle',
        baseline: 'middle',
        weight: 'bold',
      });
  }
  return marks;
}

/** An arc over each pair that has just swapped. */
function arcs(swaps: readonly SwapRecord[], beads: readonly Bead[], { sx }: Plot, theme: Theme): Mark[] {
  const at = new Map(beads.map((bead) => [bead.particle, sx(bead.at)]));
  const pairs = swaps.flatMap(({ pairs: all }) => all);
  return pairs.slice(0, 12).flatMap(([a, b]): Mark[] => {
    const [one, other] = [at.get(a), at.get(b)];
    if (one === undefined || other === undefined) return [];
    const [centre, half] = [(one + other) / 2, Math.max(Math.abs(one - other) / 2, 9)];
    const points = Array.from({ length: 21 }, (_, i) => {
      const angle = (Math.PI * i) / 20;
      return [centre - half * Math.cos(angle), axisY - 12 - 16 * Math.sin(angle)];
    }).flat();
    return [
      { kind: 'path', points, stroke: theme.series[1] ?? theme.ink, lineWidth: 1.6 },
      {
        kind: 'text',
        x: centre,
        y: axisY - 33,
        text: 'swap',
        size: 11,
        fill: theme.series[1] ?? theme.ink,
        anchor: 'middle',
      },
    ];
  });
}
