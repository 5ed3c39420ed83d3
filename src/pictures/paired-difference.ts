/** The paired difference of two groups of runs: one row per seed, and their mean with its interval. */
import { series } from '../draw/index.ts';
import type { PairedDifference } from '../stats/index.ts';
import { type Figure, panelWidth } from './figure.ts';
import { dot, intervalBar, paddedRange, rowChart, tick } from './rows.ts';

export interface PairedDifferences {
  readonly metric: string;
  readonly names: { readonly a: string; readonly b: string };
  readonly seeds: readonly string[];
  /** b - a, by seed. */
  readonly differences: readonly number[];
  readonly difference: Pick<PairedDifference, 'mean' | 'interval'>;
}

/** More rows than this do not fit a page: all seeds share one row. */
const maxRows = 40;

/** @param text - the mean with its interval, in words */
export function pairedDifferenceFigure(
  { metric, names: { a, b }, seeds, differences, difference: { mean, interval } }: PairedDifferences,
  text: string,
): Figure {
  const rows: { name: string; dots: readonly number[] }[] =
    seeds.length > maxRows
      ? [{ name: `${seeds.length} seeds`, dots: differences }]
      : seeds.map((seed, i) => ({ name: `seed ${seed}`, dots: [differences[i]!] }));
  const names = [...rows.map(({ name }) => name), 'mean'];
  const [from, to] = paddedRange([0, mean, ...differences, ...(interval ?? [])]);
  const alt = `${metric} of ${b} minus that of ${a}, by seed. ${text}`;
  return {
    id: 'paired-difference',
    title: `Paired difference in ${metric}`,
    caption: `${b} minus ${a}, by seed. Bar: 95 % confidence interval of the mean (Student). If it covers 0, these runs show no difference.`,
    alt,
    panels: [
      {
        id: 'paired-difference',
        draw: (theme, width) =>
          rowChart(
            {
              width: Math.max(width, 1.5 * panelWidth),
              heading: `${metric}: ${b} − ${a}`,
              names,
              rowHeight: 24,
              axis: { from, to, title: `difference in ${metric}`, ticks: 6 },
              description: alt,
            },
            theme,
            (i, { sx, sy }) => {
              const row = rows[i];
              if (row) return row.dots.map((one) => dot(sx(one), sy(i), series[0]![theme.name], theme, 4));
              const [low, high] = interval ?? [mean, mean];
              return [
                intervalBar(sx(low), sx(high), sy(i), series[0]![theme.name], 7),
                tick(sx(mean), sy(i), theme, 16),
              ];
            },
            ({ sx, top, height }) => [
              { kind: 'path', points: [sx(0), top, sx(0), top + height], stroke: theme.rule, lineWidth: 1.5 },
            ],
          ),
        table: {
          header: ['seed', 'difference'],
          rows: seeds.map((seed, i) => [seed, differences[i]!]),
        },
        plain: { mark: 'point', x: 'difference', y: 'seed' },
      },
    ],
  };
}
