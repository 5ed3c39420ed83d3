/** The results of a grid as rows of text: for a terminal, for Markdown, for a spreadsheet. */
import type { GridResults, RowResult } from './results.ts';
import type { Mean, PairedGain } from './statistics.ts';

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const fixed = (value: number | undefined, digits = 2): string =>
  value === undefined || !Number.isFinite(value) ? '' : value.toFixed(digits);

/** +0.31 or -0.05 */
const signed = (value: number | undefined): string =>
  value === undefined ? '' : `${value >= 0 ? '+' : ''}${value.toFixed(2)}`;

/** 8.19 ± 0.05 (3), or 'not run'. */
export function meanText(mean: Mean | undefined): string {
  if (!mean) return 'not run';
  const error = mean.standardError === undefined ? '' : ` ± ${fixed(mean.standardError)}`;
  return `${fixed(mean.mean)}${error} (${mean.n})`;
}

/** +0.31 [-0.02, 0.64], or +0.31 for one pair. */
export function gainText({ mean, interval }: PairedGain): string {
  const range = interval ? ` [${fixed(interval[0])}, ${fixed(interval[1])}]` : '';
  return `${signed(mean)}${range}`;
}

export const pText = ({ pValue }: PairedGain): string =>
  pValue === undefined ? '' : pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);

/** The talk's table with ours beside it: vanilla and mean-field alone, as the talk has it. */
export function reproductionTable({ rows }: GridResults): Table {
  return {
    header: [
      'network',
      'data',
      'talk: vanilla',
      'mean-field',
      'gain',
      'here: vanilla',
      'mean-field',
      'gain [95 %]',
      'p',
    ],
    rows: rows.map((result) => {
      const { row, arms, comparisons } = result;
      const { talk } = row;
      const of = (scheme: string): Mean | undefined => arms.find(({ arm }) => arm.scheme === scheme)?.mean;
      const main = comparisons.find(
        ({ arm, against }) => arm.scheme === 'mean-field' && against.scheme === 'vanilla',
      );
      return [
        row.network,
        row.dataset,
        fixed(talk?.vanilla),
        fixed(talk?.meanField),
        talk ? signed(talk.vanilla - talk.meanField) : '',
        meanText(of('vanilla')),
        meanText(of('mean-field')),
        main ? gainText(main.gain) : '',
        main ? pText(main.gain) : '',
      ];
    }),
  };
}

const ran = (rows: readonly RowResult[]): readonly RowResult[] => rows.filter(({ arms }) => arms.length > 0);

/** Every arm: its mean. */
export function armTable({ rows }: GridResults): Table {
  return {
    header: ['network', 'scheme', 'error in %', 'deviation', 'changes of order a run'],
    rows: ran(rows).flatMap(({ row, arms }) =>
      arms.map(({ arm, mean, order }) => [
        row.network,
        arm.label,
        meanText(mean),
        fixed(mean.deviation),
        order
          ? order.stages.map(({ stage, perRun }) => `${stage} ${fixed(perRun, 1)}`).join(', ') || '0'
          : '',
      ]),
    ),
  };
}

/** What the seeds can tell comes before what they told. */
export function comparisonTable({ rows }: GridResults): Table {
  return {
    header: [
      'network',
      'scheme',
      'against',
      'pairs',
      'smallest gain they show',
      'pairs for 0.3',
      'gain [95 %]',
      'p',
    ],
    rows: ran(rows).flatMap(({ row, comparisons }) =>
      comparisons.map(({ arm, against, gain }) => [
        row.network,
        arm.label,
        against.label,
        String(gain.n),
        fixed(gain.detectable) || 'one pair tells nothing',
        gain.pairsNeeded === undefined ? '' : String(gain.pairsNeeded),
        gainText(gain),
        pText(gain),
      ]),
    ),
  };
}

export function runTable({ outcomes }: GridResults): Table {
  return {
    header: [
      'run',
      'network',
      'data',
      'scheme',
      'seed',
      'test_error',
      'validation_error',
      'train_loss',
      'swaps',
      'seconds',
    ],
    rows: outcomes.map(({ cell, result }) => [
      cell.name,
      cell.row.network,
      cell.row.dataset,
      cell.arm.label,
      String(cell.seed),
      fixed(result.testError),
      fixed(result.validationError),
      result.trainLoss.toPrecision(6),
      String(result.swaps),
      result.seconds.toFixed(1),
    ]),
  };
}

export function markdownTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

export function csvTable({ header, rows }: Table): string {
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `${[header, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`;
}
