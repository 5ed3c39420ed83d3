/** How often the order of the blocks changed, by epoch and stage. */
import { type Picture, seriesColour, type Theme } from '../draw/index.ts';
import type { RunData } from '../runs/index.ts';
import { chart, type ChartOptions } from './chart.ts';
import type { Figure, FigureRun, Panel } from './figure.ts';
import { bar } from './rows.ts';

/** More bars are too thin to see. */
const maxBars = 100;

interface SwapCount {
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
  const bin = Math.ceil((last + 1) / maxBars);
  const found = new Map<string, SwapCount>();
  for (const { epoch, stage } of swaps) {
    const first = Math.floor(epoch / bin) * bin + 1;
    const key = `${first} ${stage}`;
    found.set(key, { epoch: first, stage, swaps: (found.get(key)?.swaps ?? 0) + 1 });
  }
  return { counts: [...found.values()], bin, epochs: last + 1 };
}

interface Stacked {
  readonly epochs: number;
  /** Epochs of a bar. */
  readonly bin: number;
  readonly stages: readonly string[];
  readonly counts: readonly SwapCount[];
  readonly yTitle: string;
}

/** Bars per epoch, stacked by stage. */
export function stackedBars(
  { epochs, bin, stages, counts, yTitle }: Stacked,
  options: Pick<ChartOptions, 'width' | 'height' | 'description'> & { readonly heading?: string },
  theme: Theme,
): Picture {
  const colourOf = (stage: string): string => seriesColour(stages.indexOf(stage))[theme.name];
  const heights = new Map<number, number>();
  for (const { epoch, swaps } of counts) heights.set(epoch, (heights.get(epoch) ?? 0) + swaps);
  const top = Math.max(0, ...heights.values()) * 1.02 || 1;
  return chart(
    {
      ...options,
      yTitle,
      legend: stages.map((name) => ({ name, look: { colour: colourOf(name), swatch: true } })),
      horizontal: {
        from: 0.5,
        to: epochs + 0.5,
        title: bin > 1 ? `epoch, in bins of ${bin}` : 'epoch',
        ticks: Math.min(epochs, 8),
        whole: true,
        grid: false,
      },
      vertical: { from: 0, to: top },
    },
    theme,
    ({ sx, sy }) => {
      const full = sx(bin) - sx(0);
      const gap = full > 4 ? Math.min(8, 0.25 * full) : 0;
      const below = new Map<number, number>();
      return [...counts]
        .sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage))
        .map(({ epoch, stage, swaps }) => {
          const base = below.get(epoch) ?? 0;
          below.set(epoch, base + swaps);
          const box = {
            x: sx(epoch - 0.5) + gap / 2,
            y: sy(base + swaps),
            width: full - gap,
            height: sy(base) - sy(base + swaps),
          };
          return { ...bar(box, colourOf(stage)), radius: 0 };
        });
    },
  );
}

export const swapTable = (counts: readonly SwapCount[]): Pick<Panel, 'table' | 'plain'> => ({
  table: {
    header: ['epoch', 'stage', 'changes'],
    rows: counts.map(({ epoch, stage, swaps }) => [epoch, stage, swaps]),
  },
  plain: { mark: 'bar', x: 'epoch', y: 'changes', colour: 'stage' },
});

/** Returns undefined for a run whose blocks never changed order. */
export function swapsPerEpoch({ data }: FigureRun): Figure | undefined {
  if (!data.swaps.length) return undefined;
  const { counts, bin, epochs } = swapCounts(data);
  const stages = [...new Set(counts.map(({ stage }) => stage))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const total = (stage: string): number =>
    counts.filter((count) => count.stage === stage).reduce((sum, { swaps }) => sum + swaps, 0);
  const alt = `Changes of order by epoch: ${stages.map((stage) => `${stage} ${total(stage)}`).join(', ')}.`;
  return {
    id: 'swaps',
    title: 'Changes of order',
    caption:
      'Number of steps that change the order of the blocks of a stage. Most occur at a high learning rate; an order that still changes at the end has not converged.',
    alt,
    panels: [
      {
        id: 'swaps',
        draw: (theme, width) =>
          stackedBars(
            { epochs, bin, stages, counts, yTitle: 'changes of order' },
            { width, height: 210, description: alt },
            theme,
          ),
        ...swapTable(counts),
      },
    ],
  };
}
