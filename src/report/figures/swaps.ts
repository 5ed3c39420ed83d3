/** How often the order of the blocks changed, by epoch and stage. */
import type { RunData } from '../../runs/index.ts';
import { seriesColour } from '../../draw/index.ts';
import type { Figure, FigureRun } from './figure.ts';
import { legendAbove, legendRow, makeFrame, specIn, yAxis } from './frame.ts';

/** Bars become too thin to see beyond this. */
const mostBars = 100;

export interface SwapCount {
  /** First epoch of the bin, from 1. */
  readonly epoch: number;
  readonly stage: string;
  readonly swaps: number;
}

export function swapCounts({ swaps, epochs, steps }: RunData): {
  counts: SwapCount[];
  bin: number;
  epochs: number;
} {
  const last = Math.max(
    epochs.at(-1)?.epoch ?? 0,
    steps.at(-1)?.epoch ?? 0,
    ...swaps.slice(-1).map(({ epoch }) => epoch),
  );
  const bin = Math.ceil((last + 1) / mostBars);
  const found = new Map<string, SwapCount>();
  for (const { epoch, stage } of swaps) {
    const first = Math.floor(epoch / bin) * bin + 1;
    const key = `${first} ${stage}`;
    found.set(key, { epoch: first, stage, swaps: (found.get(key)?.swaps ?? 0) + 1 });
  }
  return { counts: [...found.values()], bin, epochs: last + 1 };
}

/** Undefined for a run whose blocks never changed their order. */
export function swapsPerEpoch({ data }: FigureRun): Figure | undefined {
  if (!data.swaps.length) return undefined;
  const { counts, bin, epochs } = swapCounts(data);
  const stages = [...new Set(counts.map(({ stage }) => stage))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const draft = makeFrame(210);
  const legend = legendAbove(stages, draft, 24);
  const frame = makeFrame(210, { top: 30 + legend.rows * legendRow });
  const bars = Math.ceil(epochs / bin);
  const layers = [
    {
      data: {
        values: counts.map((count) => ({ ...count, from: count.epoch - 0.5, to: count.epoch + bin - 0.5 })),
      },
      mark: { type: 'bar', ...(bars < 50 && { binSpacing: Math.min(8, (0.25 * frame.width) / bars) }) },
      encoding: {
        x: {
          field: 'from',
          type: 'quantitative',
          bin: { binned: true },
          scale: { domain: [0.5, epochs + 0.5], nice: false },
          axis: {
            title: bin > 1 ? `epoch, in bins of ${bin}` : 'epoch',
            tickMinStep: 1,
            tickCount: Math.min(epochs, 8),
          },
        },
        x2: { field: 'to' },
        y: {
          field: 'swaps',
          type: 'quantitative',
          stack: 'zero',
          scale: { nice: false },
          axis: yAxis('changes of order', frame, { tickMinStep: 1 }),
        },
        color: {
          field: 'stage',
          type: 'nominal',
          scale: { domain: stages, range: stages.map((_, i) => seriesColour(i).light) },
          legend: { ...legend.spec, symbolType: 'square', symbolSize: 110, symbolStrokeWidth: 0 },
        },
      },
    },
  ];
  const total = (stage: string): number =>
    counts.filter((count) => count.stage === stage).reduce((sum, { swaps }) => sum + swaps, 0);
  return {
    id: 'swaps',
    title: 'Changes of order',
    caption:
      'Steps after which the order of the blocks of a stage was another one. Most fall into the epochs of a high learning rate; an order that still changes at the end has not settled.',
    alt: `Changes of order by epoch: ${stages.map((stage) => `${stage} ${total(stage)}`).join(', ')}.`,
    panels: [{ id: 'swaps', spec: specIn(frame, layers) }],
  };
}
