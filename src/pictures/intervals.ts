/** The depth interval of each block of the scheme `intervals` at the end of training. */
import { blockColour } from '../draw/index.ts';
import { finalStepsOf, stagesOf } from '../runs/depth.ts';
import type { FinalSteps } from '../runs/index.ts';
import type { Figure, FigureRun, Panel } from './figure.ts';
import { bar, rowChart } from './rows.ts';

function panelOf(stage: string, { order, tau, tauEnd = [] }: FinalSteps): Panel {
  const blocks = order.map((block) => {
    const start = tau[block] ?? 0;
    return { block, name: `block ${block}`, start, end: Math.max(tauEnd[block] ?? start, start) };
  });
  const high = Math.max(...blocks.map(({ end }) => end)) || 1;
  return {
    id: stage,
    draw: (theme, width) =>
      rowChart(
        {
          width,
          heading: stage,
          names: blocks.map(({ name }) => name),
          rowHeight: blocks.length > 20 ? 14 : 22,
          axis: { from: 0, to: high * 1.02, title: 'depth', ticks: 6 },
          description: `depth intervals of ${stage}`,
        },
        theme,
        (i, { sx, sy, bandY }) => {
          const { block, start, end } = blocks[i]!;
          const box = {
            x: sx(start),
            y: sy(i) - bandY / 2,
            width: Math.max(sx(end) - sx(start), 1),
            height: bandY,
          };
          return [bar(box, blockColour(block, order.length)[theme.name])];
        },
      ),
    table: {
      header: ['block', 'start', 'end'],
      rows: blocks.map(({ name, start, end }) => [name, start, end]),
    },
    plain: { mark: 'bar', x: 'end', y: 'block' },
  };
}

/** Undefined for a run of another scheme. */
export function intervals({ data }: FigureRun): Figure | undefined {
  const stages = stagesOf(data).flatMap((stage) => {
    const steps = finalStepsOf(data, stage);
    return steps?.tauEnd?.length ? [{ stage, steps }] : [];
  });
  if (!stages.length) return undefined;
  return {
    id: 'intervals',
    title: 'Depth intervals',
    caption:
      'Depth interval [τ, τ′] in which each block acts at the end of training, sorted by start. Initially the intervals are adjacent, without gaps. Where bars overlap, several blocks act at once; where there is no bar, the state does not change.',
    alt: stages
      .map(
        ({ stage, steps }) =>
          `${stage}: ${steps.order.map((block) => `block ${block} from ${(steps.tau[block] ?? 0).toFixed(2)} to ${(steps.tauEnd?.[block] ?? 0).toFixed(2)}`).join(', ')}`,
      )
      .join('. '),
    panels: stages.map(({ stage, steps }) => panelOf(stage, steps)),
  };
}
