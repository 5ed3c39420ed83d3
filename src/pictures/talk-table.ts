/** The talk's errors next to those measured here, by network. */
import { type Colour, type Mark, type Picture, series, type Theme } from '../draw/index.ts';
import type { Reproduction, ReproductionRow } from '../runs/index.ts';
import type { Mean } from '../stats/index.ts';
import { mainArm } from '../runs/reproduction.ts';
import type { Figure } from './figure.ts';
import { dot, intervalBar, paddedRange, rowChart } from './rows.ts';

interface Side {
  readonly scheme: string;
  readonly key: 'vanilla' | 'meanField';
  readonly colour: Colour;
}

export const sides: readonly Side[] = [
  { scheme: 'vanilla', key: 'vanilla', colour: series[5]! },
  { scheme: 'mean-field', key: 'meanField', colour: series[0]! },
];

/** Distance between the two schemes of a row in px. */
const distance = 11;
const rowHeight = 30;

const errorOf = (row: ReproductionRow, { scheme }: Side): Mean | undefined => mainArm(row, scheme)?.error;

const axisTitle = ({ measuredOn }: Pick<Reproduction, 'measuredOn'>): string =>
  measuredOn === 'test' ? 'test error in %' : 'error in %: talk on the test set, here on held-out images';

/** Draws the talk's errors as hollow dots, and those measured here as filled dots with a standard-error bar. */
export function talkTablePicture(
  { rows, measuredOn }: Pick<Reproduction, 'rows' | 'measuredOn'>,
  width: number,
  theme: Theme,
  description = "the talk's table and ours",
): Picture {
  const values = rows.flatMap((row) => [
    ...(row.talk ? [row.talk.vanilla, row.talk.meanField] : []),
    ...sides.flatMap((side) => {
      const { mean, standardError = 0 } = errorOf(row, side) ?? { mean: NaN };
      return [mean - standardError, mean + standardError];
    }),
  ]);
  const [from, to] = paddedRange(values);
  return rowChart(
    {
      width,
      names: rows.map(({ network, arms }) => (arms.length ? network : `${network} (not run)`)),
      maxName: 0.5 * width,
      rowHeight,
      axis: { from, to, title: axisTitle({ measuredOn }), ticks: 6 },
      legend: sides.map(({ scheme, colour }) => ({
        name: scheme,
        look: { colour: colour[theme.name], marker: { shape: 'circle', radius: 4.5 } },
      })),
      description,
    },
    theme,
    (i, { sx, sy }) =>
      sides.flatMap((side, k): Mark[] => {
        const row = rows[i]!;
        const y = sy(i) + (k - 0.5) * distance;
        const stroke = side.colour[theme.name];
        const error = errorOf(row, side);
        const spread = error?.standardError ?? 0;
        return [
          ...(row.talk
            ? [
                {
                  kind: 'dots',
                  x: [sx(row.talk[side.key])],
                  y: [y],
                  radius: 4,
                  stroke,
                  lineWidth: 1.6,
                  fill: theme.plane,
                } as const,
              ]
            : []),
          ...(error
            ? [
                intervalBar(sx(error.mean - spread), sx(error.mean + spread), y, stroke, 3),
                dot(sx(error.mean), y, stroke, theme, 4.5),
              ]
            : []),
        ];
      }),
  );
}

/** @param meanText - formats an error */
export function tableFigure(
  { rows, measuredOn }: Reproduction,
  meanText: (mean: Mean | undefined) => string,
): Figure | undefined {
  const shown = rows.filter(({ talk, arms }) => talk ?? arms.length);
  if (!shown.length) return undefined;
  const alt = shown
    .map(
      (row) =>
        `${row.network}: talk ${row.talk ? `${row.talk.vanilla} and ${row.talk.meanField}` : 'nothing'}, here ${sides.map((side) => `${side.scheme} ${meanText(errorOf(row, side))}`).join(', ')}`,
    )
    .join('; ');
  return {
    id: 'table',
    title: "The talk's table and ours",
    caption:
      'Hollow: published in the talk. Filled: measured here after the last epoch, mean over seeds with standard error. The recipe is given above: with fewer epochs, all errors here are larger; compare the two colours within a row.',
    alt,
    panels: [
      {
        id: 'table',
        draw: (theme, width) => talkTablePicture({ rows: shown, measuredOn }, width, theme, alt),
        table: {
          header: ['network', 'scheme', 'source', 'error', 'standard error'],
          rows: shown.flatMap((row) =>
            sides.flatMap((side) => {
              const error = errorOf(row, side);
              return [
                ...(row.talk ? [[row.network, side.scheme, 'talk', row.talk[side.key], null]] : []),
                ...(error
                  ? [[row.network, side.scheme, 'here', error.mean, error.standardError ?? null]]
                  : []),
              ];
            }),
          ),
        },
        plain: { mark: 'point', x: 'error', y: 'network', colour: 'scheme' },
      },
    ],
  };
}
