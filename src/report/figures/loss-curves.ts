/** Training and test loss. */
import { curvesOf, curveSpec, extent, logTicks, xAxisOf } from './curves.ts';
import type { Figure, FigureRun } from './figure.ts';

export function lossCurves(runs: readonly FigureRun[]): Figure {
  const axis = xAxisOf(runs);
  const curves = runs.flatMap((run) =>
    curvesOf(
      run,
      axis,
      'log',
      ({ loss }) => loss,
      ({ evalLoss }) => evalLoss,
    ),
  );
  const [low, high] = extent(curves) ?? [0.1, 1];
  const domain = [low / 1.12, high * 1.12] as const;
  return {
    id: 'loss',
    title: 'Loss',
    caption:
      'Mean cross-entropy of the batches (faint: each; line: running mean) and of the test set, on a logarithmic axis. Training may lie above test at first: its images are augmented, and the weights still move while it is counted.',
    alt: `Training and test loss over ${axis.title}s, from ${high.toPrecision(3)} down to ${low.toPrecision(3)}.`,
    panels: [
      {
        id: 'loss',
        spec: curveSpec(runs, curves, {
          axis,
          yTitle: 'cross-entropy',
          scale: { type: 'log', domain, ticks: logTicks(...domain) },
          format: (value) => value.toPrecision(3),
        }),
      },
    ],
  };
}
