/** Training and test error. */
import { evaluationSet } from '../../runs/evaluation-set.ts';
import { curvesOf, curveSpec, extent, xAxisOf } from './curves.ts';
import { type Figure, type FigureRun, percent } from './figure.ts';

/** Far enough apart on a square-root axis. */
const ticksUpTo = (high: number): number[] =>
  (high > 25
    ? [0, 5, 10, 20, 40, 60, 80, 100]
    : high > 4
      ? [0, 1, 2, 5, 10, 15, 20, 25]
      : [0, 0.1, 0.5, 1, 2, 3, 4]
  ).filter((tick) => tick <= high);

/** What the points of the test curve are. */
function evaluatedOn(runs: readonly FigureRun[]): string {
  const validated = runs.some(({ data }) => evaluationSet(data.config, data.environment) === 'validation');
  const set = validated ? 'the images for validation' : 'the whole test set';
  const once = runs.every(
    ({ data }) => data.epochs.filter(({ evalError }) => evalError !== undefined).length <= 1,
  );
  return `test: ${set} after ${once ? 'the last epoch alone' : 'an epoch'}`;
}

export function errorCurves(runs: readonly FigureRun[]): Figure {
  const axis = xAxisOf(runs);
  const curves = runs.flatMap((run) =>
    curvesOf(
      run,
      axis,
      'sqrt',
      ({ error }) => error,
      ({ evalError }) => evalError,
    ),
  );
  const high = Math.min(100, (extent(curves)?.[1] ?? 100) * 1.05) || 1;
  const scale = { type: 'sqrt', domain: [0, high], ticks: ticksUpTo(high) } as const;
  const told = runs.flatMap(({ label, summary: { testError } }) =>
    testError === undefined ? [] : [`${runs.length > 1 ? `${label}: ` : ''}${percent(testError)}`],
  );
  return {
    id: 'error',
    title: 'Error',
    caption: `Share of images classified wrongly. Training: single batches (faint) and their running mean; ${evaluatedOn(runs)}. The axis is a square root, which spreads the small errors. A test curve that rises while training falls is overfitting.`,
    alt: `Training and test error in percent over ${axis.title}s.${told.length ? ` Last test error: ${told.join('; ')}.` : ''}`,
    panels: [
      { id: 'error', spec: curveSpec(runs, curves, { axis, yTitle: 'error in %', scale, format: percent }) },
    ],
  };
}
