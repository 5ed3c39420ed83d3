/** Final test errors: one row per group of runs that differ only in their seed. */
import type { Figure, FigureRun } from './figure.ts';
import { dot, intervalBar, paddedRange, rowChart, tick } from './rows.ts';

/** A group of runs with the mean of their errors. */
export interface ErrorGroup {
  readonly dataset: string;
  readonly model: string;
  readonly scheme: string;
  /** Finished runs. */
  readonly n: number;
  /** In percent. */
  readonly testError: number;
  /** Of the mean; undefined for one run. */
  readonly standardError: number | undefined;
  /** The mean and its error as text. */
  readonly text: string;
}

/**
 * Returns undefined with fewer than two finished runs.
 *
 * @param groupsOf - groups runs that differ only in their seed
 */
export function finalError(
  runs: readonly FigureRun[],
  groupsOf: (runs: readonly FigureRun[]) => readonly ErrorGroup[],
): Figure | undefined {
  const finished = runs.filter(({ summary }) => summary.final && Number.isFinite(summary.testError));
  if (finished.length < 2) return undefined;
  const groups = [...groupsOf(finished)].sort((a, b) => a.testError - b.testError);
  const differ = (pick: (group: ErrorGroup) => string): boolean => new Set(groups.map(pick)).size > 1;
  const labelOf = (of: Pick<ErrorGroup, 'dataset' | 'model' | 'scheme'>): string =>
    [differ(({ dataset }) => dataset) && of.dataset, differ(({ model }) => model) && of.model, of.scheme]
      .filter((part) => part !== false)
      .join(', ');
  const names = groups.map(labelOf);
  const dots = finished.map(({ summary, colour, label }) => ({
    row: names.indexOf(labelOf(summary)),
    label,
    error: summary.testError ?? 0,
    colour,
  }));
  const [low, high] = paddedRange(dots.map(({ error }) => error));
  const title = 'test error in %';
  const texts = groups.map(({ text }) => text);
  const alt = `Final test error in percent:  ${names.map((name, i) => `${name} ${texts[i] ?? ''}`).join('; ')}.`;
  return {
    id: 'final-error',
    title: 'Final test error',
    caption: groups.some(({ n }) => n > 1)
      ? 'One dot per run, one row for runs that differ only by their seed; tick: mean, bar: standard error. These runs do not distinguish rows whose bars overlap.'
      : 'One dot per run. With a single seed, a difference may be due to chance: train more seeds.',
    alt,
    panels: [
      {
        id: 'final-error',
        draw: (theme, width) =>
          rowChart(
            {
              width,
              names,
              rowHeight: 30,
              axis: { from: Math.max(0, low), to: high, title, ticks: 4 },
              texts,
              description: alt,
            },
            theme,
            (i, { sx, sy }) => {
              const { testError, standardError = 0 } = groups[i]!;
              return [
                intervalBar(sx(testError - standardError), sx(testError + standardError), sy(i), theme.muted),
                tick(sx(testError), sy(i), theme),
                ...dots
                  .filter(({ row }) => row === i)
                  .map(({ error, colour }) => dot(sx(error), sy(i), colour[theme.name], theme)),
              ];
            },
          ),
        table: {
          header: ['group', 'run', title],
          rows: dots.map((one) => [names[one.row], one.label, one.error]),
        },
        plain: { mark: 'point', x: title, y: 'group' },
      },
    ],
  };
}
