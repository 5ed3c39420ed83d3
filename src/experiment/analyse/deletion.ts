/** Error and loss of the net without some of its blocks. */
import { CounterStream } from '../../data/index.ts';
import { drawSubsets, spreadOver } from './draws.ts';
import { blockCount, type OpenNet } from './net.ts';
import { type Batch, type Plan, type Score, scorePlans, trainedPlan } from './plans.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface Deletion {
  /** The net as it was trained. */
  readonly whole: Score;
  /** The net without one block, for each block in the order of depth. */
  readonly single: readonly (Score & {
    readonly stage: string;
    readonly particle: number;
    readonly step: number;
  })[];
  /** The net without k blocks. */
  readonly several: readonly {
    readonly deleted: number;
    readonly error: Spread;
    readonly loss: Spread;
    /** Whether every subset of k blocks was tried. */
    readonly all: boolean;
  }[];
}

export interface DrawOptions {
  /** Most subsets or permutations of one kind. */
  readonly draws: number;
  readonly seed: number;
}

const mostCounts = 17;

/** The steps of the net without the blocks at the given places of depth (counted over all stages): their steps are 0. */
export function planWithout(net: Pick<OpenNet, 'stages'>, deleted: readonly number[]): Plan {
  const gone = new Set(deleted);
  let place = 0;
  return trainedPlan(net).map((moves) =>
    moves.map(({ block, h }) => ({ block, h: gone.has(place++) ? 0 : h })),
  );
}

export function measureDeletion(
  net: OpenNet,
  batches: readonly Batch[],
  { draws, seed }: DrawOptions,
): Deletion {
  const n = blockCount(net);
  const counts = spreadOver(n, mostCounts);
  const drawn = counts.map((k) => drawSubsets(n, k, draws, new CounterStream(seed, 'analysis', 1, k)));
  const places = net.stages.flatMap(({ name, order, steps }) =>
    order.map((particle, l) => ({ stage: name, particle, step: steps[l] ?? NaN })),
  );
  const subsets = [[], ...places.map((_, i) => [i]), ...drawn.flatMap(({ items }) => items)];
  const scores = scorePlans(
    net,
    batches,
    subsets.map((deleted) => planWithout(net, deleted)),
  );
  let from = 1 + n;
  return {
    whole: scores[0]!,
    single: places.map((place, i) => ({ ...place, ...scores[1 + i]! })),
    several: counts.map((deleted, i) => {
      const { items, all } = drawn[i]!;
      const own = scores.slice(from, (from += items.length));
      return {
        deleted,
        error: spreadOf(own.map(({ error }) => error)),
        loss: spreadOf(own.map(({ loss }) => loss)),
        all,
      };
    }),
  };
}
