/** Positions of a stage's blocks in depth at every point of the curves. */
import { stepsFrom } from '../../../runs/depth.ts';
import type { SwapRecord } from '../../../runs/index.ts';
import type { StageCurves, StepCurves } from '../../protocol/index.ts';

export interface Bead {
  readonly particle: number;
  /** Position in depth; for blocks with only a step size, the sum of the steps so far. */
  readonly at: number;
  /** Start of its step. */
  readonly from: number;
  readonly to: number;
  /** Its step size h. */
  readonly width: number;
}

export interface Timeline {
  readonly stage: string;
  /** Training step of each point. */
  readonly steps: readonly number[];
  readonly particles: number;
  /** Beads of each point, in flow order. */
  readonly beads: readonly (readonly Bead[])[];
  /** Range over all points. */
  readonly depth: readonly [number, number];
  /** Name of the depth axis: tau, or the sum of h. */
  readonly axis: string;
}

/** The blocks at one point, in flow order. */
export function beadsAt({ tau, tauEnd, step }: StageCurves, point: number, reorder: boolean): Bead[] {
  const [at, ends, sizes] = [tau?.[point], tauEnd?.[point], step?.[point]];
  const { order, steps } = stepsFrom(
    { ...(at && { tau: at }), ...(ends && { tauEnd: ends }), ...(sizes && { step: sizes }) },
    reorder,
  );
  let sum = 0;
  return order.map((particle, l) => {
    const width = steps[l] ?? 0;
    if (at && ends) {
      const from = at[particle] ?? 0;
      return { particle, at: from, from, to: from + width, width };
    }
    if (at) {
      const to = at[particle] ?? 0;
      return { particle, at: to, from: to - width, to, width };
    }
    const from = sum;
    sum += width;
    return { particle, at: sum, from, to: sum, width };
  });
}

/** Names of the stages with coordinates, in natural order. */
export function stageNames({ stages }: StepCurves): string[] {
  return Object.entries(stages)
    .filter(([, { tau, step }]) => (tau ?? step)?.some((values) => values.length > 0))
    .map(([name]) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

export function timelineOf(curves: StepCurves, stage: string, reorder: boolean): Timeline | undefined {
  const coordinates = curves.stages[stage];
  if (!coordinates) return undefined;
  const beads = curves.step.map((_, i) => beadsAt(coordinates, i, reorder));
  let [low, high] = [0, -Infinity];
  for (const all of beads)
    for (const { from, to, at } of all) [low, high] = [Math.min(low, from, at), Math.max(high, to, at)];
  if (!(high > low)) high = low + 1;
  return {
    stage,
    steps: curves.step,
    particles: Math.max(0, ...beads.map((all) => all.length)),
    beads,
    depth: [low, high],
    axis: coordinates.tau ? 'depth τ' : 'depth, sum of h',
  };
}

/** The swaps of a stage between two points, excluding the first. */
export const swapsBetween = (
  swaps: readonly SwapRecord[],
  stage: string,
  after: number,
  until: number,
): SwapRecord[] => swaps.filter((swap) => swap.stage === stage && swap.step > after && swap.step <= until);

/** For more blocks, only the outermost are listed. */
const maxWords = 8;

/** `block 1 at 1.000 (h 1.000), block 3 at 1.814 (h 0.814)`, in flow order. */
export function beadWords(beads: readonly Bead[]): string {
  const [first] = beads;
  if (!first) return 'no blocks';
  if (beads.length <= maxWords)
    return beads
      .map(({ particle, at, width }) => `block ${particle + 1} at ${at.toFixed(3)} (h ${width.toFixed(3)})`)
      .join(', ');
  const narrowest = beads.reduce((a, b) => (b.width < a.width ? b : a), first);
  const widest = beads.reduce((a, b) => (b.width > a.width ? b : a), first);
  const word = ({ particle, width }: Bead): string => `${width.toFixed(3)} (block ${particle + 1})`;
  return `${beads.length} blocks up to depth ${beads.at(-1)!.at.toFixed(3)}, step sizes from ${word(narrowest)} to ${word(widest)}`;
}
