/** One curve per run. */
import { seriesColour, seriesDash } from '../../../draw/index.ts';
import { evaluationSet } from '../../../runs/evaluation-set.ts';
import type { EvaluationSet } from '../../../runs/index.ts';
import type { RunDetail, StepCurves } from '../../protocol/index.ts';
import { type Series, smooth } from '../../../pictures/index.ts';
import type { ChartLines } from '../charts/lines.ts';
import { describeLines } from '../charts/words.ts';
import { stepsPerEpoch } from '../runs/steps-per-epoch.ts';

export type Quantity = 'loss' | 'error' | 'evaluated';
export type Against = 'step' | 'epoch' | 'seconds';

interface Run {
  readonly detail: RunDetail;
  readonly curves: StepCurves;
}

const titles = { loss: 'Training loss', error: 'Training error' } as const;
const units = { loss: 'cross-entropy', error: 'error in %', evaluated: 'error in %' } as const;
const places = { step: 'step', epoch: 'epoch', seconds: 'seconds' } as const;

const evaluatedOn = ({ detail }: Run): EvaluationSet => evaluationSet(detail.config, detail.environment);

function titleOf(quantity: Quantity, runs: readonly Run[]): string {
  if (quantity !== 'evaluated') return titles[quantity];
  const sets = new Set(runs.map(evaluatedOn));
  if (sets.size > 1) return 'Test and validation error';
  return sets.has('validation') ? 'Validation error' : 'Test error';
}

/** Maps steps to x values. */
function placer({ detail, curves }: Run, against: Against): (step: number) => number {
  if (against === 'step') return (step) => step;
  if (against === 'epoch') {
    const each = stepsPerEpoch(detail) || 1;
    return (step) => step / each;
  }
  const { step: steps, seconds } = curves;
  return (step) => {
    const i = steps.findIndex((one) => one >= step);
    return i < 0 ? (seconds.at(-1) ?? 0) : seconds[i]!;
  };
}

function seriesOf(
  run: Run,
  name: string,
  index: number,
  quantity: Quantity,
  against: Against,
  reach: number,
): Series {
  const { detail, curves } = run;
  const colour = seriesColour(index);
  const dash = seriesDash(index);
  if (quantity === 'evaluated') {
    const at = placer(run, against);
    const each = stepsPerEpoch(detail);
    const there = detail.epochs.flatMap(({ epoch, evalError }) =>
      evalError === undefined || !Number.isFinite(evalError)
        ? []
        : [{ step: Math.round((epoch + 1) * (each || 1)), error: evalError }],
    );
    return {
      name,
      colour,
      dash,
      x: there.map(({ step }) => at(step)),
      y: there.map(({ error }) => error),
      marker: { shape: 'circle', radius: 3.5 },
    };
  }
  const values = quantity === 'loss' ? curves.loss : curves.error;
  const each = stepsPerEpoch(detail) || 1;
  const x =
    against === 'step'
      ? curves.step
      : against === 'epoch'
        ? curves.step.map((step) => step / each)
        : curves.seconds;
  return reach > 0
    ? { name, colour, dash, x, y: values, smoothed: smooth(curves.step, values, reach) }
    : { name, colour, dash, x, y: values };
}

/** @param labels - one per run */
export function compareLines(
  runs: readonly Run[],
  labels: readonly string[],
  {
    quantity,
    against,
    reach,
  }: { readonly quantity: Quantity; readonly against: Against; readonly reach: number },
): ChartLines {
  const mixed = quantity === 'evaluated' && new Set(runs.map(evaluatedOn)).size > 1;
  const series = runs.map((run, i) => {
    const label = labels[i] ?? run.detail.row.name;
    return seriesOf(run, mixed ? `${label}, ${evaluatedOn(run)}` : label, i, quantity, against, reach);
  });
  const ends = runs.map((run) => placer(run, against)(run.curves.lastStep));
  return {
    id: `compare-${quantity}`,
    title: titleOf(quantity, runs),
    x: { title: places[against], from: 0, to: Math.max(...ends, 1) },
    y: { title: units[quantity] },
    series,
    description: `${describeLines(series, places[against])}.`,
  };
}
