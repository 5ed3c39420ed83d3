/** Error and loss of the net with blocks deleted. */
import { CounterStream } from '../../data/index.ts';
import type { AnalysisSection } from '../../runs/index.ts';
import { drawSubsets, spreadOver } from './draws.ts';
import { blockCount, type OpenNet } from './net.ts';
import { type Batch, type Plan, type Score, scorePlans, trainedPlan } from './plans.ts';
import { byStage, errorAxis, level, lossAxis, percent, blockAxis, ranged, section } from './section.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface Deletion {
  /** The net as trained. */
  readonly whole: Score;
  /** The net without one block, for each block in depth order. */
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
  /** Maximum number of subsets or permutations of one kind. */
  readonly draws: number;
  readonly seed: number;
}

const maxCounts = 17;

/** The steps of the net without the blocks at the given depth indices (counted over all stages): their steps are 0. */
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
  const counts = spreadOver(n, maxCounts);
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

export function deletionSection({ whole, single, several }: Deletion): AnalysisSection {
  const errors = single.map(({ error }) => error);
  const [best, worst] = [Math.min(...errors), Math.max(...errors)];
  const half = several.find(({ deleted }) => 2 * deleted >= single.length);
  const k = { title: 'blocks deleted', whole: true };
  const ends = [1, single.length] as const;
  const bearable = errors.filter((error) => error <= whole.error + 1).length;
  return section({
    id: 'deletion',
    title: 'Deleted blocks',
    question:
      'How many blocks can be deleted? (An ensemble of paths loses some of its members; a chain breaks.)',
    sentence: single.length
      ? `Deleting one block changes the error from ${percent(whole.error)} to between ${percent(best)} and ${percent(worst)}; ${bearable || 'none'} of ${single.length} blocks can be deleted at a cost of at most one percentage point.${half ? ` Without ${half.deleted} of them it is ${percent(half.error.mean)} on average.` : ''}`
      : 'There are no exchangeable blocks.',
    caption:
      'A deleted block has step 0; the others keep their steps. Left and middle: mean over subsets of k blocks; the bars show min and max. Right: each block deleted alone; the dashed line is the whole net.',
    reported: {
      'error in %': whole.error,
      ...(single.length && {
        'error in % without the block that matters least': best,
        'error in % without the block that matters most': worst,
      }),
      ...(half && { [`error in % without ${half.deleted} blocks, mean`]: half.error.mean }),
    },
    panels: [
      {
        title: 'Error without k blocks',
        x: k,
        y: errorAxis,
        series: [{ name: 'error', points: several.map((row) => ranged(row.deleted, row.error)) }],
      },
      {
        title: 'Loss without k blocks',
        x: k,
        y: lossAxis,
        series: [{ name: 'loss', points: several.map((row) => ranged(row.deleted, row.loss)) }],
      },
      {
        title: 'Error without one block',
        x: blockAxis,
        y: errorAxis,
        series: [
          ...byStage(
            single.map((row, i) => ({ ...row, place: i + 1 })),
            ({ place, error }) => [place, error],
          ),
          level('whole net', whole.error, ends),
        ],
      },
    ],
  });
}
