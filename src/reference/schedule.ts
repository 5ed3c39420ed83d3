/** Positions in depth: their order, the pairs that a step swaps, and their constraints. */

/** The trained parameters of a scheme besides those of blocks; one entry per block, by creation index. */
export interface ScheduleParameters {
  /** Position in depth; for `intervals`, the depth at which a block starts to act. */
  readonly tau?: Float64Array;
  /** The depth at which a block stops acting (`intervals`). */
  readonly tauEnd?: Float64Array;
  /** Step size (`learned-step`). */
  readonly step?: Float64Array;
}

export type SchemeName = 'vanilla' | 'mean-field' | 'no-reorder' | 'intervals' | 'learned-step';

/** Creation indices sorted by tau; ties by creation index. */
export function sortByTau(tau: ArrayLike<number>): number[] {
  const position = Array.from(tau);
  if (position.some((t) => Number.isNaN(t))) throw new RangeError('sortByTau: a tau is NaN');
  return position
    .map((t, index) => ({ t, index }))
    .sort((a, b) => a.t - b.t || a.index - b.index)
    .map(({ index }) => index);
}

/**
 * The pairs of blocks whose order differs between two lists of tau, each with the block that was first before the
 * change in front.
 * @throws RangeError if the lists differ in length
 */
export function swaps(before: ArrayLike<number>, after: ArrayLike<number>): [number, number][] {
  if (before.length !== after.length)
    throw new RangeError(`swaps: ${before.length} positions before, ${after.length} after`);
  const order = sortByTau(before);
  const rank = new Map(sortByTau(after).map((block, place) => [block, place] as const));
  return order.flatMap((first, place) =>
    order
      .slice(place + 1)
      .filter((second) => (rank.get(second) ?? NaN) < (rank.get(first) ?? NaN))
      .map((second): [number, number] => [first, second]),
  );
}

/**
 * Projects onto the constraints after each update, in place: tau in [0, horizon], then tauEnd in [tau, horizon],
 * and step >= 0.
 * @param horizon the pinned end of depth, or Infinity if it is free
 */
export function clipTau(parameters: ScheduleParameters, horizon = Infinity): void {
  const { tau, tauEnd, step } = parameters;
  tau?.forEach((t, i) => {
    tau[i] = Math.min(Math.max(t, 0), horizon);
  });
  tauEnd?.forEach((t, i) => {
    tauEnd[i] = Math.min(Math.max(t, tau?.[i] ?? 0), horizon);
  });
  step?.forEach((h, i) => {
    step[i] = Math.max(h, 0);
  });
}

/**
 * The schedule of n blocks for which every scheme equals `vanilla`: tau = 1, 2, .., n (unit gaps from 0),
 * intervals [i, i + 1], learned steps 1.
 */
export function initialSchedule(scheme: SchemeName, blocks: number): ScheduleParameters {
  const index = Float64Array.from({ length: blocks }, (_, i) => i);
  switch (scheme) {
    case 'vanilla':
      return {};
    case 'mean-field':
    case 'no-reorder':
      return { tau: index.map((i) => i + 1) };
    case 'intervals':
      return { tau: index, tauEnd: index.map((i) => i + 1) };
    case 'learned-step':
      return { step: index.map(() => 1) };
  }
}
