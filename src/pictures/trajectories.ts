/** The depth position of each block at every step, with the swaps. */
import { blockColour } from '../draw/index.ts';
import { stagesOf } from '../runs/depth.ts';
import { evenly } from '../runs/evenly.ts';
import type { RunData, StageRecord, StepRecord, SwapRecord } from '../runs/index.ts';
import { lineChart } from './chart.ts';
import { type Figure, type FigureRun, maxLinePoints, type Panel } from './figure.ts';
import { type Lines, linesTable, type Series } from './lines.ts';

interface Crossing {
  readonly step: number;
  readonly depth: number;
  readonly pair: readonly [number, number];
}

/** Limit of dots per panel: more would merge into a band. */
const maxCrossings = 1500;

const coordinate = ({ tau, step }: StageRecord): readonly number[] => tau ?? step ?? [];

/** Crossing points of every swapped pair: at the step of the swap, halfway between the two positions. */
export function crossings(data: RunData, stage: string): Crossing[] {
  const bySteps = new Map<number, StepRecord>(data.steps.map((record) => [record.step, record]));
  const all = data.swaps
    .filter((swap) => swap.stage === stage)
    .flatMap((swap: SwapRecord) =>
      swap.pairs.flatMap((pair): Crossing[] => {
        const now = bySteps.get(swap.step)?.stages?.[stage]?.tau;
        const [a, b] = [now?.[pair[0]], now?.[pair[1]]];
        return a === undefined || b === undefined || !Number.isFinite(a + b)
          ? []
          : [{ step: swap.step, depth: (a + b) / 2, pair }];
      }),
    );
  return [...evenly(all, maxCrossings)];
}

interface Trajectory {
  readonly block: number;
  readonly steps: readonly number[];
  readonly depths: readonly (number | null)[];
}

/** One line per block; many blocks share the panel's points. */
function linesOf(
  data: RunData,
  stage: string,
  pick: (record: StageRecord) => readonly number[],
): Trajectory[] {
  const records = data.steps.filter((record) => record.stages?.[stage]);
  const blocks = Math.max(0, ...records.slice(-1).map((record) => pick(record.stages?.[stage] ?? {}).length));
  const points = Math.min(maxLinePoints, Math.max(300, Math.floor(9000 / Math.max(blocks, 1))));
  const kept = evenly(records, points);
  return Array.from({ length: blocks }, (_, block) => ({
    block,
    steps: kept.map(({ step }) => step),
    depths: kept.map(({ stages }) => pick(stages?.[stage] ?? {})[block] ?? null),
  }));
}

const labelHeight = 15;

/** Blocks whose labels fit into the height: all, or evenly spaced ones by their last depth. */
function labelledBlocks(lines: readonly Trajectory[], height: number): ReadonlySet<number> {
  const byDepth = [...lines].sort((a, b) => (a.depths.at(-1) ?? 0) - (b.depths.at(-1) ?? 0));
  return new Set(evenly(byDepth, Math.floor(height / labelHeight) + 1).map(({ block }) => block));
}

function panelOf(data: RunData, stage: string, isStep: boolean): Panel {
  const starts = linesOf(data, stage, coordinate);
  const ends = isStep ? [] : linesOf(data, stage, ({ tauEnd }) => tauEnd ?? []);
  const dots = isStep ? [] : crossings(data, stage);
  const height = Math.min(420, Math.max(230, starts.length * labelHeight));
  const labelled = labelledBlocks(starts, height);
  const yTitle = isStep ? 'step size' : 'depth position τ';
  const seriesOf = ({ block, steps, depths }: Trajectory, look: Partial<Series>): Series => ({
    name: `block ${block}`,
    colour: blockColour(block, starts.length),
    x: steps,
    y: depths,
    ...look,
  });
  const lines: Lines = {
    id: stage,
    title: stage,
    x: { title: 'step', from: 0, to: data.steps.at(-1)?.step ?? 1, ticks: 4, whole: true, grid: false },
    y: { title: yTitle, from: 0 },
    series: [
      ...ends.map((end) => seriesOf(end, { name: `block ${end.block}, end`, lineWidth: 1.2, dash: [3, 3] })),
      ...starts.map((start) =>
        seriesOf(start, {
          lineWidth: starts.length > 12 ? 1.5 : 2,
          ...(labelled.has(start.block) && { end: `block ${start.block}` }),
        }),
      ),
    ],
    description: `${yTitle} of the blocks of ${stage}`,
  };
  const many = dots.length > 150;
  return {
    id: stage,
    draw: (theme, width) =>
      lineChart(
        lines,
        {
          width,
          height,
          heading: stage,
          yTitle,
          endRoom: 68,
          margins: { right: 4 },
          over: ({ sx, sy }) => [
            {
              kind: 'dots',
              x: dots.map(({ step }) => sx(step)),
              y: dots.map(({ depth }) => sy(depth)),
              radius: many ? 1.7 : 3.1,
              fill: theme.ink,
              stroke: theme.plane,
              lineWidth: many ? 0.4 : 1.2,
            },
          ],
        },
        theme,
      ),
    table: linesTable(lines),
    plain: { mark: 'line', x: 'step', y: yTitle, colour: 'series' },
  };
}

/** Names the block that moved furthest, since lines look flat if no block moves far. */
function furthest(data: RunData, stages: readonly string[]): string {
  const moves = stages.flatMap((stage) => {
    const [first = [], last = []] = [data.steps[0], data.steps.at(-1)].map((record) =>
      coordinate(record?.stages?.[stage] ?? {}),
    );
    return last.map((depth, block) => ({ stage, block, move: depth - (first[block] ?? Number.NaN) }));
  });
  const [farthest] = moves
    .filter(({ move }) => Number.isFinite(move))
    .sort((a, b) => Math.abs(b.move) - Math.abs(a.move));
  if (!farthest) return '';
  const by = `${farthest.move < 0 ? '−' : '+'}${Math.abs(farthest.move).toPrecision(2)}`;
  return ` Block ${farthest.block} of ${farthest.stage} moves furthest, by ${by}.`;
}

/** Returns undefined for a run without depth coordinates, such as a vanilla run. */
export function trajectories({ data }: FigureRun): Figure | undefined {
  const stages = stagesOf(data);
  const [first] = stages;
  if (first === undefined) return undefined;
  const isStep = data.steps.at(-1)?.stages?.[first]?.tau === undefined;
  const swapped = data.swaps.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const hasEnds = stages.some((stage) => data.steps.at(-1)?.stages?.[stage]?.tauEnd);
  const what = isStep
    ? 'Learned step size of each block at each training step, one line per block, numbered from 0 in creation order. All start equal; a block whose line reaches 0 is switched off.'
    : `Depth position τ of each block at each training step, one line per block, numbered from 0 in creation order; blocks higher up act later.${hasEnds ? ' Dashed: the end of the block’s interval.' : ''} ${
        swapped ? 'A dot marks a swap: two blocks exchange their order in the net.' : 'No blocks swapped.'
      } ${hasEnds ? 'The distance between the two lines of a block is its width.' : 'Parallel lines keep their step sizes; where neighbours meet, the step between them is 0.'}`;
  return {
    id: 'tau',
    title: isStep ? 'Step sizes during training' : 'Depth positions during training',
    caption: what + furthest(data, stages),
    alt: `${isStep ? 'Step sizes' : 'Depth positions'} of the blocks of ${stages.join(', ')} over ${data.steps.at(-1)?.step ?? 0} steps, with ${swapped} changes of order.`,
    panels: stages.map((stage) => panelOf(data, stage, isStep)),
  };
}
