/** Test error of each class. */
import { fewOf } from '../check.ts';
import { errorColour, type Mark } from '../draw/index.ts';
import { mean } from '../stats/index.ts';
import { type Figure, type FigureRun, percent } from './figure.ts';
import { bar, dot, rowChart } from './rows.ts';

/** With more classes, only the worst are shown. */
const maxClasses = 25;

/** The runs with the most common class list. */
function comparableRuns(runs: readonly FigureRun[]): readonly FigureRun[] {
  const groups = new Map<string, FigureRun[]>();
  for (const run of runs) {
    if (!run.data.result?.perClassError.length) continue;
    const key = JSON.stringify(run.data.result.classes);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** Mean over the runs that tested the class; undefined if none did. */
function meanError(runs: readonly FigureRun[], c: number): number | undefined {
  const errors = runs.flatMap(({ data }) => data.result?.perClassError[c] ?? []);
  return errors.length > 0 ? mean(errors) : undefined;
}

/** Returns undefined if no run has a result, or if no two of several runs have the same classes. */
export function perClassError(runs: readonly FigureRun[]): Figure | undefined {
  const comparable = comparableRuns(runs);
  const classes = comparable[0]?.data.result?.classes;
  if (!classes || (runs.length > 1 && comparable.length < 2)) return undefined;
  const means = classes.map((_, c) => meanError(comparable, c));
  const tested = classes.map((_, c) => c).filter((c) => means[c] !== undefined);
  const untested = classes.filter((_, c) => means[c] === undefined);
  const order = tested.sort((a, b) => (means[b] ?? 0) - (means[a] ?? 0));
  const shown = order.slice(0, maxClasses);
  const single = comparable.length === 1;
  const series = [...new Map(comparable.map((run) => [run.series, run])).values()];
  const values = comparable.flatMap((run) =>
    shown.flatMap((c) => {
      const error = run.data.result?.perClassError[c] ?? undefined;
      return error === undefined ? [] : [{ run, c, error }];
    }),
  );
  const high = Math.max(0.1, ...values.map(({ error }) => error));
  const title = 'test error in %';
  const [worst = 0] = order;
  const best = order.at(-1) ?? 0;
  const alt = `Test error by class, from ${percent(means[worst] ?? 0)} for ${classes[worst] ?? ''} to ${percent(means[best] ?? 0)} for ${classes[best] ?? ''}.`;
  return {
    id: 'per-class-error',
    title: 'Error by class',
    caption: `Percentage of misclassified test images of each class, worst first${tested.length > maxClasses ? ` (the ${maxClasses} worst of ${tested.length})` : ''}.${untested.length > 0 ? ` No test images: ${fewOf(untested)}.` : ''}${single ? '' : ' The line connects the runs: a long line is a class on which they differ.'}${comparable.length < runs.length ? ` Shown are ${comparable.length} of ${runs.length} runs: the others have other classes or no result.` : ''}`,
    alt,
    panels: [
      {
        id: 'per-class-error',
        draw: (theme, width) =>
          rowChart(
            {
              width,
              names: shown.map((c) => classes[c] ?? ''),
              maxName: 150,
              rowHeight: shown.length > 12 ? 17 : 24,
              gap: 0.4,
              axis: { from: 0, to: high * (single ? 1.1 : 1.04), title, ticks: 6 },
              legend: single
                ? []
                : series.map(({ series: name, colour }) => ({
                    name,
                    look: { colour: colour[theme.name], marker: { shape: 'circle', radius: 4.4 } },
                  })),
              description: alt,
            },
            theme,
            (i, { sx, sy, left, bandY }): readonly Mark[] => {
              const row = values.filter(({ c }) => c === shown[i]);
              const errors = row.map(({ error }) => error);
              const y = sy(i);
              if (!single)
                return [
                  {
                    kind: 'path',
                    points: [sx(Math.min(...errors)), y, sx(Math.max(...errors)), y],
                    stroke: theme.rule,
                  },
                  ...row.map(({ run, error }) => dot(sx(error), y, run.colour[theme.name], theme)),
                ];
              const [error = 0] = errors;
              const box = { x: left, y: y - bandY / 2, width: sx(error) - left, height: bandY };
              return [
                bar(box, errorColour[theme.name]),
                {
                  kind: 'text',
                  x: sx(error) + 5,
                  y,
                  text: error.toFixed(1),
                  size: 11,
                  fill: theme.muted,
                  baseline: 'middle',
                },
              ];
            },
          ),
        table: {
          header: ['class', 'series', title],
          rows: values.map(({ run, c, error }) => [classes[c], run.series, error]),
        },
        plain: { mark: single ? 'bar' : 'point', x: title, y: 'class', ...(!single && { colour: 'series' }) },
      },
    ],
  };
}
