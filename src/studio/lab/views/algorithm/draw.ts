/** Algorithm 1: blocks as beads on the depth axis, their paths during training, and their swaps. */
import { type Box, ink, type Mark, type Picture, plot, type Theme } from '../../../../draw/index.ts';
import { snapshotAt, statesAt } from '../../drawing/depth.ts';
import { heightFor, isNarrow, layoutOf } from '../../drawing/layout.ts';
import { linesPlot } from '../../drawing/lines.ts';
import { type DrawOptions, formatDigits, pictureOf, waiting } from '../../drawing/picture.ts';
import { smallPlane } from '../../drawing/plane.ts';
import type { PointsPart, SnapshotPart } from '../../parts.ts';
import { partOf, partsOf } from '../../picture-data.ts';
import { beadsAt, colourOf, orderAt } from './beads.ts';
import type { BeadsPart } from './compute.ts';

/** Blocks with intervals have one lane each. */
const beadsHeight = (beads: BeadsPart): number => (beads.tauEnd ? 190 : 140);
/** Extra height in a narrow picture, where the beads have their own panel. */
const moreWhereNarrow = 60;

export const height = (width: number): number => heightFor(width) + (isNarrow(width) ? moreWhereNarrow : 0);

export function picture(options: DrawOptions): Picture {
  const { data, state, cursor, width, height, theme } = options;
  const points = partOf<PointsPart>(data, 'points');
  const beads = partOf<BeadsPart>(data, 'beads');
  if (!points || !beads) return waiting(options);
  const step = cursor.s * state.steps;
  const { main, side } = layoutOf(width, height);
  const row = Math.max(
    0,
    beads.step.findLastIndex((one) => one <= step),
  );
  const high = beadsHeight(beads);
  const now = snapshotAt(partsOf<SnapshotPart>(data, 'snapshot'), step);
  const swapSteps = [...new Set(beads.swaps.map((swap) => swap.step))];
  const marks: (Mark | readonly Mark[])[] = [
    beadsAt({ ...main, height: high }, beads, row, theme),
    trajectories(
      { ...main, y: main.y + high + 6, height: main.height - high - 6 },
      beads,
      state.steps,
      step,
      theme,
    ),
    linesPlot(
      {
        box: side[0]!,
        title: 'Loss (ticks: swaps of blocks)',
        x: { title: 'steps', from: 0, to: state.steps },
        y: { scale: 'log' },
        lines: [{ name: '', x: beads.step, y: beads.loss, colour: ink }],
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
        'The points after the last block',
      ),
    );
  return pictureOf(
    options,
    marks,
    `${state.blocks} blocks at step ${beads.step[row] ?? 0} of ${state.steps}: order ${orderAt(beads, row)
      .map((i) => i + 1)
      .join(', ')}; ` +
      `loss ${formatDigits(beads.loss[row])}; ${beads.swaps.reduce((sum, swap) => sum + swap.pairs.length, 0)} swaps in total`,
  );
}

/** tau of every block against the step (step sizes if the scheme has no tau); rings mark swaps. */
function trajectories(box: Box, beads: BeadsPart, steps: number, step: number, theme: Theme): Mark[] {
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
      title: beads.tauEnd
        ? 'Start \u03c4 of each block'
        : beads.tau
          ? 'Position \u03c4 of each block'
          : 'Step size of each block',
      horizontal: { from: 0, to: steps, title: 'steps' },
      // Leaves room for a ring at either end.
      vertical: { from: low - 0.03 * high, to: 1.05 * high },
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
