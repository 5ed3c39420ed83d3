/** The learning rate over the run. */
import { thin } from '../sample.ts';
import { type Curve, curveSpec, extent, xAxisOf } from './curves.ts';
import { type Figure, type FigureRun, maxLinePoints } from './figure.ts';

export function learningRate(runs: readonly FigureRun[]): Figure {
  const axis = xAxisOf(runs);
  const curves = runs.map((run): Curve => {
    const points = run.data.steps.map(({ step, lr }) => ({ x: axis.at(run.data, step), y: lr }));
    return {
      run,
      kind: 'test',
      points: thin(
        points.filter(({ y }) => Number.isFinite(y)),
        maxLinePoints,
      ),
    };
  });
  const high = extent(curves)?.[1] ?? 1;
  return {
    id: 'learning-rate',
    title: 'Learning rate',
    caption:
      'The learning rate of the weights at every step. Where it falls fast, the error usually does too; a jump of the loss right after its peak means that the peak was too high.',
    alt: `Learning rate over ${axis.title}s, at most ${high.toPrecision(3)}.`,
    panels: [
      {
        id: 'learning-rate',
        spec: curveSpec(
          runs,
          curves.filter(({ points }) => points.length > 0),
          {
            axis,
            yTitle: 'learning rate',
            scale: { type: 'linear', domain: [0, high * 1.05 || 1] },
          },
        ),
      },
    ],
  };
}
