/** Where each block lay in depth at every step, and where two of them swapped. */
import type { RunData, StageRecord, StepRecord, SwapRecord } from '../../runs/index.ts';
import { stagesOf } from '../../runs/depth.ts';
import { blockColour, ink, muted, paper, rule, spreadLabels } from '../../draw/index.ts';
import { thin } from '../sample.ts';
import { round } from './curves.ts';
import { type Figure, type FigureRun, maxLinePoints, type Panel, type Spec } from './figure.ts';
import { type Frame, makeFrame, specIn, yAxis } from './frame.ts';

export interface Crossing {
  readonly step: number;
  readonly depth: number;
  readonly pair: readonly [number, number];
}

/** Most dots of one panel: beyond it they would be a band. */
const mostCrossings = 1500;

const coordinate = ({ tau, step }: StageRecord): readonly number[] => tau ?? step ?? [];

/** Where the lines of every swapped pair cross: at the step of the swap, between the two positions. */
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
  return [...thin(all, mostCrossings)];
}

interface Trajectory {
  readonly block: number;
  readonly points: readonly { readonly step: number; readonly depth: number }[];
}

/** One line a block; many blocks share the points that a panel can show. */
function trajectories(
  data: RunData,
  stage: string,
  pick: (record: StageRecord) => readonly number[],
): Trajectory[] {
  const records = data.steps.filter((record) => record.stages?.[stage]);
  const blocks = Math.max(0, ...records.slice(-1).map((record) => pick(record.stages?.[stage] ?? {}).length));
  const points = Math.min(maxLinePoints, Math.max(300, Math.floor(9000 / Math.max(blocks, 1))));
  const thinned = thin(records, points);
  return Array.from({ length: blocks }, (_, block) => ({
    block,
    points: thinned.flatMap(({ step, stages }) => {
      const depth = stages?.[stage] ? pick(stages[stage])[block] : undefined;
      return depth === undefined || !Number.isFinite(depth) ? [] : [{ step, depth: round(depth) }];
    }),
  }));
}

const labelGap = 13;
const labelSize = 11;

/** Names of the blocks at the ends of their lines, moved apart, each with a leader. */
function blockLabels(lines: readonly Trajectory[], frame: Frame, top: number): Spec[] {
  const room = Math.floor(frame.height / labelGap) + 1;
  const ends = lines.flatMap(({ block, points }) => {
    const last = points.at(-1);
    return last ? [{ block, depth: last.depth }] : [];
  });
  const shown =
    ends.length <= room
      ? ends
      : thin(
          [...ends].sort((a, b) => a.depth - b.depth),
          room,
        );
  const wanted = shown.map(({ depth }) => (1 - depth / top) * frame.height);
  const places = spreadLabels(wanted, labelGap, 0, frame.height);
  return shown.flatMap(({ block }, i): Spec[] => {
    const [from, to] = [round(wanted[i] ?? 0), round(places[i] ?? 0)];
    const at = (value: number): Spec => ({ value });
    const leader = { x: at(frame.width + 3), x2: at(frame.width + 13), y: at(from), y2: at(to) };
    const name = { type: 'text', x: frame.width + 16, y: to, align: 'left', baseline: 'middle' };
    return [
      { data: { values: [{}] }, mark: { type: 'rule', color: rule.light, strokeWidth: 1 }, encoding: leader },
      {
        data: { values: [{ label: `block ${block}` }] },
        mark: { ...name, fontSize: labelSize, color: ink.light },
        encoding: { text: { field: 'label' } },
      },
    ];
  });
}

function panelOf(data: RunData, stage: string, isStep: boolean): Panel {
  const starts = trajectories(data, stage, coordinate);
  const ends = isStep ? [] : trajectories(data, stage, ({ tauEnd }) => tauEnd ?? []);
  const dots = isStep ? [] : crossings(data, stage);
  const depths = [...starts, ...ends].flatMap(({ points }) => points.map(({ depth }) => depth));
  const top = depths.reduce((high, depth) => Math.max(high, depth), 0) * 1.04 || 1;
  const lastStep = data.steps.at(-1)?.step ?? 1;
  const frame = makeFrame(Math.min(420, Math.max(230, starts.length * labelGap)), { right: 74, top: 52 });
  const x = {
    field: 'step',
    type: 'quantitative',
    scale: { domain: [0, lastStep], nice: false },
    axis: { title: 'step', tickCount: 4, tickMinStep: 1 },
  };
  const y = {
    field: 'depth',
    type: 'quantitative',
    scale: { domain: [0, top], nice: false },
    axis: yAxis(isStep ? 'step size' : 'depth position τ', frame),
  };
  const line = ({ block, points }: Trajectory, mark: Spec): Spec => ({
    data: { values: points },
    mark: { type: 'line', color: blockColour(block, starts.length).light, ...mark },
    encoding: { x, y },
  });
  const many = dots.length > 150;
  const layers = [
    ...ends.map((end) => line(end, { strokeWidth: 1.2, strokeDash: [3, 3], opacity: 0.7 })),
    ...starts.map((start) => line(start, { strokeWidth: starts.length > 12 ? 1.5 : 2 })),
    ...(dots.length
      ? [
          {
            data: { values: dots.map(({ step, depth, pair }) => ({ step, depth: round(depth), pair })) },
            mark: {
              type: 'point',
              filled: true,
              size: many ? 9 : 30,
              fill: ink.light,
              stroke: paper.light,
              strokeWidth: many ? 0.4 : 1.2,
              opacity: 1,
            },
            encoding: { x, y },
          },
        ]
      : []),
    ...blockLabels(starts, frame, top),
  ];
  return { id: stage, spec: specIn(frame, layers, { title: { text: stage, dy: -8, color: muted.light } }) };
}

/** The block that ended furthest from where it was first recorded: where nothing moves far, lines look flat. */
function furthest(data: RunData, stages: readonly string[]): string {
  const moves = stages.flatMap((stage) => {
    const [first = [], last = []] = [data.steps[0], data.steps.at(-1)].map((record) =>
      coordinate(record?.stages?.[stage] ?? {}),
    );
    return last.map((depth, block) => ({ stage, block, move: depth - (first[block] ?? Number.NaN) }));
  });
  const [most] = moves
    .filter(({ move }) => Number.isFinite(move))
    .sort((a, b) => Math.abs(b.move) - Math.abs(a.move));
  if (!most) return '';
  const by = `${most.move < 0 ? '−' : '+'}${Math.abs(most.move).toPrecision(2)}`;
  return ` Furthest from its start is block ${most.block} of ${most.stage}, by ${by}.`;
}

/** Undefined for a run without depth coordinates, such as a vanilla one. */
export function tauTrajectories({ data }: FigureRun): Figure | undefined {
  const stages = stagesOf(data);
  const [first] = stages;
  if (first === undefined) return undefined;
  const isStep = data.steps.at(-1)?.stages?.[first]?.tau === undefined;
  const swapped = data.swaps.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const hasEnds = stages.some((stage) => data.steps.at(-1)?.stages?.[stage]?.tauEnd);
  const what = isStep
    ? 'The learned step size of every block at every step, one line a block, numbered from 0 as created. They start equal; blocks whose line sinks to 0 are switched off.'
    : `The position τ of every block in depth at every step, one line a block, numbered from 0 as created; blocks further up act later.${hasEnds ? ' Dashed: where the block’s interval ends.' : ''} ${
        swapped
          ? 'A dot marks a crossing: there two blocks exchange their order in the net.'
          : 'No two blocks exchanged their order.'
      } ${hasEnds ? 'The distance of the two lines of a block is its width.' : 'Lines that run parallel keep their step sizes; where neighbours meet, the step between them is 0.'}`;
  return {
    id: 'tau',
    title: isStep ? 'Step sizes while training' : 'Blocks moving through depth',
    caption: what + furthest(data, stages),
    alt: `${isStep ? 'Step sizes' : 'Depth positions'} of the blocks of ${stages.join(', ')} over ${data.steps.at(-1)?.step ?? 0} steps, with ${swapped} exchanges of order.`,
    panels: stages.map((stage) => panelOf(data, stage, isStep)),
  };
}
