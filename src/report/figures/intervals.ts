/** Where each block of the scheme `intervals` acts at the end. */
import type { FinalSteps } from '../../runs/index.ts';
import { finalStepsOf, stagesOf } from '../../runs/depth.ts';
import { blockColour, ink, muted } from '../../draw/index.ts';
import { round } from './curves.ts';
import type { Figure, FigureRun, Panel } from './figure.ts';
import { makeFrame, specIn } from './frame.ts';

function panelOf(stage: string, { order, tau, tauEnd = [] }: FinalSteps): Panel {
  const values = order.map((block) => {
    const start = tau[block] ?? 0;
    return {
      block: `block ${block}`,
      start: round(start),
      end: round(Math.max(tauEnd[block] ?? start, start)),
      colour: blockColour(block, order.length).light,
    };
  });
  const rowHeight = values.length > 20 ? 14 : 22;
  const frame = makeFrame(Math.max(values.length, 2) * rowHeight, { top: 40, left: 74 });
  const high = Math.max(...values.map(({ end }) => end)) || 1;
  const x = {
    field: 'start',
    type: 'quantitative',
    scale: { domain: [0, high * 1.02], nice: false },
    axis: { title: 'depth', tickCount: 6, grid: true },
  };
  const y = {
    field: 'block',
    type: 'nominal',
    sort: values.map(({ block }) => block),
    scale: { paddingInner: 0.3, paddingOuter: 0.15 },
    axis: {
      title: null,
      labelColor: ink.light,
      labelFontSize: Math.min(12, rowHeight - 2),
      labelOverlap: false,
    },
  };
  const layers = [
    {
      data: { values },
      mark: { type: 'bar', cornerRadius: 2, minBandSize: 3 },
      encoding: { x, x2: { field: 'end' }, y, color: { field: 'colour', type: 'nominal', scale: null } },
    },
  ];
  return { id: stage, spec: specIn(frame, layers, { title: { text: stage, color: muted.light } }) };
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
    title: 'Intervals of depth',
    caption:
      'The interval [τ, τ′] of depth in which each block acts at the end of training, in the order of their starts. They began as a chain without gaps. Where bars lie above one another several blocks act at once; where there are none, the state stands still.',
    alt: stages
      .map(
        ({ stage, steps }) =>
          `${stage}: ${steps.order.map((block) => `block ${block} from ${(steps.tau[block] ?? 0).toFixed(2)} to ${(steps.tauEnd?.[block] ?? 0).toFixed(2)}`).join(', ')}`,
      )
      .join('. '),
    panels: stages.map(({ stage, steps }) => panelOf(stage, steps)),
  };
}
