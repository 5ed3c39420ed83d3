/** The step sizes along depth at the end of training. */
import { blockColour, type Mark } from '../draw/index.ts';
import { finalStepsOf, stagesOf, startStepOf } from '../runs/depth.ts';
import type { FinalSteps } from '../runs/index.ts';
import { chart } from './chart.ts';
import type { Figure, FigureRun, Panel } from './figure.ts';
import { bar } from './rows.ts';

/** Narrower bands have no room for numbers. */
const minNumbered = 30;

function panelOf(stage: string, { order, steps, tauEnd }: FinalSteps, start: number): Panel {
  const sizes = order.map((_, position) => steps[position] ?? 0);
  const top = Math.max(start, ...sizes) * 1.15;
  const yTitle = tauEnd ? 'width' : 'step size';
  const stride = Math.ceil(order.length / 26);
  return {
    id: stage,
    draw: (theme, width) =>
      chart(
        {
          width,
          height: 190,
          heading: stage,
          yTitle,
          horizontal: {
            bands: order.map((block, i) => (i % stride ? '' : String(block))),
            title: 'block, in depth order',
            gap: 0.35,
          },
          vertical: { from: 0, to: top },
          description: `${yTitle} of the blocks of ${stage}`,
        },
        theme,
        ({ sx, sy, bandX, left, width: inner }) => {
          const across = (y: number): number[] => [left, sy(y), left + inner, sy(y)];
          const text = {
            kind: 'text',
            size: 11,
            fill: theme.muted,
            anchor: 'middle',
            halo: theme.plane,
          } as const;
          return [
            ...order.map((block, i) => {
              const y = sy(sizes[i]!);
              const box = { x: sx(i) - bandX / 2, y, width: bandX, height: sy(0) - y };
              return bar(box, blockColour(block, order.length)[theme.name]);
            }),
            { kind: 'path', points: across(start), stroke: theme.ink, lineWidth: 1.2, dash: [4, 3] },
            ...(inner / Math.max(order.length, 1) >= minNumbered
              ? sizes.map((size, i): Mark => ({ ...text, x: sx(i), y: sy(size) - 5, text: size.toFixed(2) }))
              : []),
            { kind: 'path', points: across(0), stroke: theme.rule },
          ];
        },
      ),
    table: {
      header: ['position', 'block', yTitle],
      rows: order.map((block, i) => [i + 1, `block ${block}`, sizes[i]]),
    },
    plain: { mark: 'bar', x: 'position', y: yTitle },
  };
}

/** Returns undefined for a run without depth coordinates. */
export function stepSizes({ data }: FigureRun): Figure | undefined {
  const stages = stagesOf(data).flatMap((stage) => {
    const steps = finalStepsOf(data, stage);
    return steps?.order.length ? [{ stage, steps }] : [];
  });
  if (!stages.length) return undefined;
  const widths = stages.some(({ steps }) => steps.tauEnd);
  const off = stages.reduce((sum, { steps }) => sum + steps.steps.filter((size) => size < 0.01).length, 0);
  return {
    id: 'step-sizes',
    title: widths ? 'Widths along depth' : 'Step sizes along depth',
    caption: `${widths ? 'Interval width' : 'Step size'} of each block at the end of training, in depth order; colours as in the figure above. The dashed line is the initial value, that of the vanilla net. Blocks above it contribute more; blocks near 0 could be removed${off ? ` (here ${off} below 0.01)` : ''}.`,
    alt: stages
      .map(
        ({ stage, steps }) =>
          `${stage}: ${steps.order.map((block, l) => `block ${block} ${(steps.steps[l] ?? 0).toFixed(2)}`).join(', ')}`,
      )
      .join('. '),
    panels: stages.map(({ stage, steps }) => panelOf(stage, steps, startStepOf(data, steps.order.length))),
  };
}
