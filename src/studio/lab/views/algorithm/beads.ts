/** The blocks of Algorithm 1 as beads on the depth axis, at one step. */
import { formatCount, inkOn, type Mark, plot, type Theme } from '../../../../draw/index.ts';
import type { Box } from '../../drawing/plane.ts';
import type { Grid } from '../../parts.ts';
import type { BeadsPart } from './compute.ts';

const rowOf = ({ shape, data }: Grid, row: number): readonly number[] => {
  const n = shape[1] ?? 0;
  return data.slice(row * n, (row + 1) * n);
};
/** Block indices in flow order at one row. */
export const orderAt = (beads: BeadsPart, row: number): readonly number[] => rowOf(beads.order, row);

export const colourOf = (i: number, n: number, theme: Theme): string =>
  theme.sequential[Math.round((i / Math.max(1, n - 1)) * (theme.sequential.length - 1))]!;

/** Radius of a bead in px; smaller if there are many. */
const beadRadius = (n: number, lanes: boolean): number => (n > 24 ? 5.5 : lanes ? 7 : 8);

/**
 * Each block as its interval of depth, with a bead at its tau: at the start of the interval for schemes with
 * intervals, else at the end. The plot of {@link trajectories} shows the same tau. Without a tau, the bead is at the end of
 * the interval.
 */
export function beadsAt(box: Box, beads: BeadsPart, row: number, theme: Theme): Mark[] {
  const widths = rowOf(beads.widths, row);
  const order = orderAt(beads, row);
  const n = widths.length;
  const tau = beads.tau && rowOf(beads.tau, row);
  const end = Math.max(1, ...(beads.tau?.data ?? []), ...(beads.tauEnd?.data ?? []));
  const step = `Step ${formatCount(beads.step[row] ?? 0)}: each block acts`;
  const radius = beadRadius(n, beads.tauEnd !== null);
  const one = plot(
    {
      ...box,
      title: `${step} ${beads.tauEnd ? 'from its bead at \u03c4' : tau ? 'up to its bead at \u03c4' : 'up to its bead'}`,
      // Leaves room for a bead at either end.
      horizontal: { from: -0.03 * end, to: 1.03 * end, title: 'depth' },
      vertical: { from: 0, to: 1, bare: true },
    },
    theme,
  );
  const middle = one.top + one.height / 2;
  const lane = (place: number): number =>
    one.top + radius + 2 + (n > 1 ? place / (n - 1) : 0.5) * (one.height - 2 * radius - 4);
  const [bars, blobs]: [Mark[], Mark[]] = [[], []];
  const levels = new Levels(2 * radius + 1);
  let depth = 0;
  order.forEach((i, place) => {
    // Schemes with intervals define where a block starts; in the others it starts at the end of the previous block.
    const begin = beads.tauEnd && tau ? tau[i]! : depth;
    depth = begin + widths[i]!;
    const tall = beads.tauEnd ? 6 : 18;
    bars.push({
      kind: 'rect',
      x: one.sx(begin),
      y: (beads.tauEnd ? lane(place) : middle) - tall / 2,
      width: Math.max(0, one.sx(depth) - one.sx(begin) - 1),
      height: tall,
      radius: 3,
      fill: colourOf(i, n, theme),
      opacity: 0.55,
    });
    const at = one.sx(tau ? tau[i]! : depth);
    const y = beads.tauEnd ? lane(place) : middle + levels.next(at);
    if (y !== middle && !beads.tauEnd)
      bars.push({ kind: 'path', points: [at, middle, at, y], stroke: colourOf(i, n, theme), lineWidth: 1.5 });
    blobs.push(...bead({ at, y, radius }, i, colourOf(i, n, theme), theme));
  });
  return [...one.frame, one.inside([...bars, ...blobs])];
}

/** Places beads in levels: a bead that would cover the previous one moves up or down. */
class Levels {
  readonly #size: number;
  readonly #last = new Map<number, number>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Offset below the centre line for a bead at x; x must not decrease between calls. */
  next(x: number): number {
    const free = [0, -1, 1].find((level) => x - (this.#last.get(level) ?? -Infinity) >= this.#size) ?? 0;
    this.#last.set(free, x);
    return free * (this.#size + 2);
  }
}

function bead(
  { at, y, radius }: { readonly at: number; readonly y: number; readonly radius: number },
  i: number,
  fill: string,
  theme: Theme,
): Mark[] {
  return [
    { kind: 'dots', x: [at], y: [y], radius, fill, stroke: theme.plane, lineWidth: 1.5 },
    {
      kind: 'text',
      x: at,
      y: y + 0.5,
      text: String(i + 1),
      size: 1.2 * radius,
      weight: 'bold',
      anchor: 'middle',
      baseline: 'middle',
      fill: inkOn(fill),
    },
  ];
}
