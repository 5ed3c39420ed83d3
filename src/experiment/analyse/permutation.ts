/** Error and loss of the net with its blocks in another order. */
import { CounterStream } from '../../data/index.ts';
import type { AnalysisSection } from '../../runs/index.ts';
import type { DrawOptions } from './deletion.ts';
import { drawPermutations, maxInversions, spreadOver } from './draws.ts';
import type { OpenNet } from './net.ts';
import { type Batch, type Plan, type Score, scorePlans, trainedPlan } from './plans.ts';
import { byStage, errorAxis, level, lossAxis, percent, ranged, section } from './section.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface Permutation {
  readonly whole: Score;
  /** Two neighbours exchanged. */
  readonly swaps: readonly (Score & {
    readonly stage: string;
    /** The particles, in their trained order. */
    readonly pair: readonly [number, number];
    /** The depth index, over all stages, of the first of the two. */
    readonly place: number;
  })[];
  /** Random orders at one Kendall tau distance from the trained one. */
  readonly orders: readonly {
    /** Pairs of a stage that changed their order, over all stages. */
    readonly distance: number;
    readonly error: Spread;
    readonly loss: Spread;
    readonly all: boolean;
  }[];
  readonly largestDistance: number;
}

const maxDistances = 13;

/** The net with block order[s][l] of stage s at index l: the blocks move, the steps stay. */
export function planInOrder(net: Pick<OpenNet, 'stages'>, orders: readonly (readonly number[])[]): Plan {
  return trainedPlan(net).map((moves, s) => moves.map(({ h }, l) => ({ block: orders[s]?.[l] ?? l, h })));
}

export function measurePermutation(
  net: OpenNet,
  batches: readonly Batch[],
  { draws, seed }: DrawOptions,
): Permutation {
  const sizes = net.stages.map(({ blocks }) => blocks.length);
  const trained = sizes.map((size) => Array.from({ length: size }, (_, l) => l));
  const largestDistance = maxInversions(sizes);
  const distances = spreadOver(largestDistance, maxDistances);
  const drawn = distances.map((distance) =>
    drawPermutations(sizes, distance, draws, new CounterStream(seed, 'analysis', 2, distance)),
  );
  const neighbours = sizes.flatMap((size, s) =>
    Array.from({ length: Math.max(0, size - 1) }, (_, l) => ({ s, l })),
  );
  const swapped = neighbours.map(({ s, l }) =>
    trained.map((order, at) => (at === s ? exchanged(order, l) : order)),
  );
  const plans = [trained, ...swapped, ...drawn.flatMap(({ items }) => items)].map((orders) =>
    planInOrder(net, orders),
  );
  const scores = scorePlans(net, batches, plans);
  let from = 1 + swapped.length;
  return {
    whole: scores[0]!,
    swaps: neighbours.map(({ s, l }, i) => {
      const { name, order } = net.stages[s]!;
      const before = sizes.slice(0, s).reduce((sum, size) => sum + size, 0);
      return {
        stage: name,
        pair: [order[l] ?? l, order[l + 1] ?? l + 1],
        place: before + l + 1,
        ...scores[1 + i]!,
      };
    }),
    orders: distances.map((distance, i) => {
      const { items, all } = drawn[i]!;
      const own = scores.slice(from, (from += items.length));
      return {
        distance,
        error: spreadOf(own.map(({ error }) => error)),
        loss: spreadOf(own.map(({ loss }) => loss)),
        all,
      };
    }),
    largestDistance,
  };
}

function exchanged(order: readonly number[], l: number): number[] {
  const next = [...order];
  [next[l], next[l + 1]] = [order[l + 1] ?? l, order[l] ?? l];
  return next;
}

export function permutationSection({ whole, swaps, orders, largestDistance }: Permutation): AnalysisSection {
  const errors = swaps.map(({ error }) => error);
  const [best, worst] = [Math.min(...errors), Math.max(...errors)];
  const last = orders.at(-1)?.error.mean ?? NaN;
  const places = swaps.map(({ place }) => place + 0.5);
  return section({
    id: 'permutation',
    title: 'Permuted blocks',
    question: 'Does the order of the blocks of a stage matter? (Algorithm 1 changes it during training.)',
    sentence: swaps.length
      ? `Swapping two neighbours changes the error from ${percent(whole.error)} to between ${percent(best)} and ${percent(worst)}; with every stage reversed it is ${percent(last)}.`
      : 'No stage has two blocks to swap.',
    caption:
      'The blocks are permuted; the steps keep their places. Left: permutations within stages, uniform among those with that number of inverted pairs; the bars show min and max. Right: two neighbours swapped; the dashed line is the trained order.',
    reported: {
      'error in %, trained order': whole.error,
      ...(swaps.length && {
        'error in %, mildest exchange of neighbours': best,
        'error in %, worst exchange of neighbours': worst,
        'pairs inverted at most': largestDistance,
        'error in %, every stage turned round': last,
      }),
    },
    panels: swaps.length
      ? [
          {
            title: 'Error against the distance of the order',
            x: { title: 'Kendall tau distance: pairs inverted', whole: true },
            y: errorAxis,
            series: [{ name: 'error', points: orders.map((row) => ranged(row.distance, row.error)) }],
          },
          {
            title: 'Loss against the distance of the order',
            x: { title: 'Kendall tau distance: pairs inverted', whole: true },
            y: lossAxis,
            series: [{ name: 'loss', points: orders.map((row) => ranged(row.distance, row.loss)) }],
          },
          {
            title: 'Error with two neighbours swapped',
            x: { title: 'between blocks, in the order of depth', whole: true },
            y: errorAxis,
            series: [
              ...byStage(swaps, ({ place, error }) => [place + 0.5, error]),
              level('trained order', whole.error, [Math.min(...places), Math.max(...places)]),
            ],
          },
        ]
      : [],
  });
}
