/** The results of a grid as rows of text: for a terminal, a page, Markdown, a spreadsheet. */
import { quoteCell } from '../../io/csv/rows.ts';
import { mainArm, type Reproduction, type ReproductionRow } from '../../runs/reproduction.ts';
import type { Mean, PairedGain } from '../../stats/index.ts';
import { meanWithError } from '../table.ts';

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const fixed = (value: number | undefined, digits = 2): string =>
  value === undefined || !Number.isFinite(value) ? '' : value.toFixed(digits);

/** +0.31 or -0.05 */
export const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(2)}`;

/** `8.19 ± 0.05 (3)`, or `not run`. */
export function meanText(mean: Mean | undefined): string {
  return mean ? `${meanWithError(mean.mean, mean.standardError)} (${mean.n})` : 'not run';
}

/** `+0.31 [-0.02, 0.64]`, or `+0.31` for one pair. */
export function gainText({ mean, interval, identical }: PairedGain): string {
  if (identical) return '0, identical errors';
  return `${signed(mean)}${interval ? ` [${fixed(interval[0])}, ${fixed(interval[1])}]` : ''}`;
}

export function pText({ pValue }: PairedGain): string {
  if (pValue === undefined) return '';
  return pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);
}

/** `several` if a scheme was run with several settings, none of them the defaults. */
const mainText = (row: ReproductionRow, scheme: string): string => {
  const main = mainArm(row, scheme);
  return !main && row.arms.some((arm) => arm.scheme === scheme) ? 'several, below' : meanText(main?.error);
};

/** The talk's table with ours beside it: vanilla and mean-field alone, as in the talk. */
export function reproductionTable({ rows }: Reproduction): Table {
  return {
    header: [
      'network',
      'data',
      'talk: vanilla',
      'talk: mean-field',
      'talk: gain',
      'here: vanilla',
      'here: mean-field',
      'here: gain [95 %]',
      'p',
    ],
    rows: rows.map((row) => {
      const { network, dataset, talk } = row;
      const [vanilla, meanField] = [mainArm(row, 'vanilla'), mainArm(row, 'mean-field')];
      const gain = row.comparisons.find(
        ({ arm, against }) => arm === meanField?.arm && against === vanilla?.arm,
      )?.gain;
      return [
        network,
        dataset,
        fixed(talk?.vanilla),
        fixed(talk?.meanField),
        talk ? signed(talk.vanilla - talk.meanField) : '',
        mainText(row, 'vanilla'),
        mainText(row, 'mean-field'),
        gain ? gainText(gain) : '',
        gain ? pText(gain) : '',
      ];
    }),
  };
}

/** Every arm that was run. */
export function armTable({ rows }: Reproduction): Table {
  return {
    header: [
      'network',
      'scheme',
      'error in %',
      'deviation',
      'changes of order per run',
      'reordered at the end',
      'last change',
    ],
    rows: rows.flatMap(({ network, arms }) =>
      arms.map(({ arm, error, order }) => [
        network,
        arm,
        meanText(error),
        fixed(error.deviation),
        order
          ? order.stages.map(({ stage, perRun }) => `${stage} ${fixed(perRun, 1)}`).join(', ') || '0'
          : '',
        order
          ? order.stages.map(({ stage, reordered }) => `${stage} ${fixed(100 * reordered, 0)} %`).join(', ')
          : '',
        order?.lastEpoch === undefined ? '' : `epoch ${fixed(order.lastEpoch, 1)}`,
      ]),
    ),
  };
}

/** The statistical power of the seeds comes before the results. */
export function comparisonTable({ rows }: Reproduction): Table {
  return {
    header: ['network', 'scheme', 'against', 'pairs', 'detectable gain', 'pairs for 0.3', 'gain [95 %]', 'p'],
    rows: rows.flatMap(({ network, comparisons }) =>
      comparisons.map(({ arm, against, gain }) => [
        network,
        arm,
        against,
        String(gain.n),
        fixed(gain.detectable) || 'unknown',
        gain.pairsNeeded === undefined ? 'unknown' : String(gain.pairsNeeded),
        gainText(gain),
        pText(gain),
      ]),
    ),
  };
}

/** One line per run, for a spreadsheet, with all digits. */
export function runsTable({ rows }: Reproduction): Table {
  return {
    header: [
      'run',
      'network',
      'dataset',
      'scheme',
      'seed',
      'error',
      'test_error',
      'train_loss',
      'swaps',
      'seconds',
    ],
    rows: rows.flatMap(({ network, dataset, arms }) =>
      arms.flatMap(({ arm, runs }) =>
        runs.map(({ name, ...run }) => [
          name,
          network,
          dataset,
          arm,
          ...[run.seed, run.error, run.testError, run.trainLoss, run.swaps, run.seconds].map(String),
        ]),
      ),
    ),
  };
}

export function markdownTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

export function csvTable({ header, rows }: Table): string {
  return `${[header, ...rows].map((row) => row.map(quoteCell).join(',')).join('\n')}\n`;
}
