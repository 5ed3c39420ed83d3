/** The step sizes along depth at the end of training. */
import type { FinalSteps } from '../../runs/index.ts';
import { finalStepsOf, stagesOf, startStepOf } from '../../runs/depth.ts';
import { blockColour, ink, muted, paper, rule } from '../../draw/index.ts';
import { round } from './curves.ts';
import type { Figure, FigureRun, Panel, Spec } from './figure.ts';
import { fontSize, makeFrame, specIn, yAxis } from './frame.ts';

function panelOf(stage: string, { order, steps, tauEnd }: FinalSteps, start: number): Panel {
  const values = order.map((block, position) => ({
    position: position + 1,
    block: String(block),
    size: round(steps[position] ?? 0),
    label: (steps[position] ?? 0).toFixed(2),
    colour: blockColour(block, order.length).light,
  }));
  const what = tauEnd ? 'width' : 'step size';
  const frame = makeFrame(190, { top: 52, right: 24 });
  const top = Math.max(start, ...values.map(({ size }) => size)) * 1.15;
  const band = frame.width / Math.max(values.length, 1);
  const x = {
    field: 'position',
    type: 'ordinal',
    scale: { paddingInner: 0.35, paddingOuter: 0.2 },
    axis: {
      title: 'block, in the order of depth',
      labelAngle: 0,
      ticks: false,
      // The axis counts positions; what is wanted there is which block it is.
      labelExpr: `[${values.map(({ block }) => `'${block}'`).join(',')}][datum.value - 1]`,
    },
  };
  const y = {
    field: 'size',
    type: 'quantitative',
    scale: { domain: [0, top], nice: false },
    axis: yAxis(what, frame),
  };
  const layers: Spec[] = [
    {
      data: { values },
      mark: { type: 'bar', cornerRadiusEnd: 2 },
      encoding: { x, y, color: { field: 'colour', type: 'nominal', scale: null } },
    },
    {
      data: { values: [{ size: start }] },
      mark: { type: 'rule', color: ink.light, strokeDash: [4, 3], strokeWidth: 1.2 },
      encoding: { y },
    },
    // A halo of paper first: the dashed line must not run through the numbers.
    ...(band >= 30
      ? [{ stroke: paper.light, strokeWidth: 4 }, { color: muted.light }].map((style) => ({
          data: { values },
          mark: { type: 'text', dy: -7, fontSize: fontSize - 1, ...style },
          encoding: { x, y, text: { field: 'label' } },
        }))
      : []),
    { data: { values: [{ size: 0 }] }, mark: { type: 'rule', color: rule.light }, encoding: { y } },
  ];
  return { id: stage, spec: specIn(frame, layers, { title: { text: stage, dy: -8, color: muted.light } }) };
}

/** Undefined for a run without depth coordinates. */
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
    caption: `The ${widths ? 'width of each block’s interval' : 'step that each block takes'} at the end of training, in the order in which the state meets the blocks; colours are those of the lines above. The dashed line is where all of them started, as in the vanilla net. Blocks above it do more, blocks near 0 could be left out${off ? ` (here ${off} below 0.01)` : ''}.`,
    alt: stages
      .map(
        ({ stage, steps }) =>
          `${stage}: ${steps.order.map((block, l) => `block ${block} ${(steps.steps[l] ?? 0).toFixed(2)}`).join(', ')}`,
      )
      .join('. '),
    panels: stages.map(({ stage, steps }) => panelOf(stage, steps, startStepOf(data, steps.order.length))),
  };
}
