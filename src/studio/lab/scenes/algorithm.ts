/** Algorithm 1: blocks as beads on the axis of depth, their ways through the training, and where they changed places. */
import { type Mark, plot, type Theme } from '../../draw/index.ts';
import type { BeadsPart, Grid } from '../parts.ts';
import { snapshotAt, statesAt } from './depth.ts';
import { smallPlane } from './gradient.ts';
import { heightFor, layoutOf } from './layout.ts';
import { linesPlot } from './lines.ts';
import type { Box } from './plane.ts';
import { pictureOf, say, type Scene, waiting } from './scene.ts';

const panels = 2;
const beadsHeight = 128;

export const algorithmScene: Scene = {
  height: (width) => heightFor(width, panels),
  picture(options) {
    const { data, state, cursor, width, height, theme } = options;
    const { points, beads } = data;
    if (!points || !beads) return waiting(options);
    const step = cursor.s * state.steps;
    const { main, side } = layoutOf(width, height, panels);
    const row = Math.max(
      0,
      beads.step.findLastIndex((one) => one <= step),
    );
    const now = snapshotAt(data.snapshots.algorithm ?? [], step);
    const swapSteps = [...new Set(beads.swaps.map((swap) => swap.step))];
    const marks: (Mark | readonly Mark[])[] = [
      beadsAt({ ...main, height: beadsHeight }, beads, row, theme),
      ways(
        { ...main, y: main.y + beadsHeight + 6, height: main.height - beadsHeight - 6 },
        beads,
        state.steps,
        step,
        theme,
      ),
      linesPlot(
        {
          box: side[0]!,
          title: 'Loss; ticks where blocks change places',
          x: { title: 'steps', from: 0, to: state.steps },
          y: { log: true },
          lines: [{ name: '', x: beads.step, y: beads.loss, colour: theme.ink }],
          cursor: step,
          ticks: swapSteps,
        },
        theme,
      ),
    ];
    if (now)
      marks.push(
        smallPlane(
          side[1]!,
          points,
          statesAt(now.states, now.depths, now.depths.at(-1) ?? 1),
          theme,
          'The points behind the last block',
        ),
      );
    return pictureOf(
      options,
      marks,
      `${state.blocks} blocks at step ${beads.step[row] ?? 0} of ${state.steps}: order ${orderAt(beads, row)
        .map((i) => i + 1)
        .join(', ')}; ` +
        `loss ${say(beads.loss[row])}; ${beads.swaps.reduce((sum, swap) => sum + swap.pairs.length, 0)} pairs have changed places in all`,
    );
  },
};

const rowOf = ({ shape, data }: Grid, row: number): readonly number[] => {
  const n = shape[1] ?? 0;
  return data.slice(row * n, (row + 1) * n);
};
const orderAt = (beads: BeadsPart, row: number): readonly number[] => rowOf(beads.order, row);

const colourOf = (i: number, n: number, theme: Theme): string =>
  theme.sequential[Math.round((i / Math.max(1, n - 1)) * (theme.sequential.length - 1))]!;

/** Each block as the stretch of depth in which it acts, with a bead where its tau is. */
function beadsAt(box: Box, beads: BeadsPart, row: number, theme: Theme): Mark[] {
  const widths = rowOf(beads.widths, row);
  const order = orderAt(beads, row);
  const n = widths.length;
  const tau = beads.tau && rowOf(beads.tau, row);
  const all = beads.tau?.data ?? [];
  const end = Math.max(1, ...all, ...(beads.tauEnd?.data ?? []));
  const one = plot(
    {
      ...box,
      title: `Step ${beads.step[row] ?? 0}: who acts where`,
      horizontal: { from: 0, to: end * 1.02, title: 'depth' },
      vertical: { from: 0, to: 1, bare: true },
    },
    theme,
  );
  const middle = one.top + one.height / 2;
  const marks: Mark[] = [];
  let depth = 0;
  order.forEach((i, place) => {
    // Schemes with intervals say where a block begins; in the others it begins where the one before ends.
    const begin = beads.tauEnd && tau ? tau[i]! : depth;
    const length = widths[i]!;
    depth = begin + length;
    const lane = beads.tauEnd ? one.top + ((place + 0.5) / n) * one.height - 3 : middle - 11;
    marks.push({
      kind: 'rect',
      x: one.sx(begin),
      y: lane,
      width: Math.max(0, one.sx(depth) - one.sx(begin) - 1),
      height: beads.tauEnd ? 6 : 22,
      radius: 3,
      fill: colourOf(i, n, theme),
      opacity: 0.55,
    });
    const at = one.sx(tau && !beads.tauEnd ? tau[i]! : depth);
    const y = beads.tauEnd ? lane + 3 : middle;
    marks.push({
      kind: 'dots',
      x: [at],
      y: [y],
      radius: 8,
      fill: colourOf(i, n, theme),
      stroke: theme.plane,
      lineWidth: 1.5,
    });
    marks.push({
      kind: 'text',
      x: at,
      y: y + 0.5,
      text: String(i + 1),
      size: 9.5,
      weight: 'bold',
      anchor: 'middle',
      baseline: 'middle',
      fill: readableOn(colourOf(i, n, theme)),
    });
  });
  return [...one.frame, one.inside(marks)];
}

/** Black or white, whichever is read on a bead (relative luminance as in WCAG, without its gamma). */
function readableOn(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  return 0.21 * red! + 0.72 * green! + 0.07 * blue! > 0.5 ? '#10151a' : '#ffffff';
}

/** tau of every block against the step (step sizes where a scheme has no tau); swaps as rings. */
function ways(box: Box, beads: BeadsPart, steps: number, step: number, theme: Theme): Mark[] {
  const paths = beads.tau ?? beads.widths;
  const n = paths.shape[1] ?? 0;
  let [low, high] = [0, 1e-9];
  for (const value of paths.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const one = plot(
    {
      ...box,
      title: beads.tau ? 'Position \u03c4 of each block' : 'Step size of each block',
      horizontal: { from: 0, to: steps, title: 'steps' },
      vertical: { from: low, to: 1.05 * high },
    },
    theme,
  );
  const value = (row: number, i: number): number => paths.data[row * n + i]!;
  const lines: Mark[] = Array.from({ length: n }, (_, i) => ({
    kind: 'path',
    points: beads.step.flatMap((at, row) => [one.sx(at), one.sy(value(row, i))]),
    stroke: colourOf(i, n, theme),
    lineWidth: 1.8,
  }));
  const rings: { x: number[]; y: number[] } = { x: [], y: [] };
  for (const swap of beads.swaps) {
    const row = beads.step.indexOf(swap.step);
    if (row < 0) continue;
    for (const [a, b] of swap.pairs) {
      rings.x.push(one.sx(swap.step));
      rings.y.push(one.sy((value(row, a) + value(row, b)) / 2));
    }
  }
  return [
    ...one.frame,
    one.inside([
      ...lines,
      { kind: 'dots', ...rings, radius: 4, stroke: theme.ink, lineWidth: 1.3 },
      {
        kind: 'path',
        points: [one.sx(step), one.top, one.sx(step), one.top + one.height],
        stroke: theme.ink,
        opacity: 0.7,
      },
    ]),
  ];
}
