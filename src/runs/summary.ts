/** `summary.csv`: one line an epoch, empty where unknown. */
import { epochSchema } from './schemas.ts';
import type { EpochRecord } from './types.ts';

const columns = {
  epoch: 'epoch',
  trainLoss: 'train_loss',
  trainError: 'train_error',
  evalLoss: 'eval_loss',
  evalError: 'eval_error',
  evalTop1: 'eval_top1',
  evalTop5: 'eval_top5',
  lr: 'lr',
  seconds: 'seconds',
  imagesPerSecond: 'images_per_second',
  swaps: 'swaps',
  peakRssMb: 'peak_rss_mb',
} as const satisfies Record<keyof EpochRecord, string>;

const keys = Object.keys(columns) as (keyof EpochRecord)[];
const header = Object.values(columns).join(',');

/** The whole file. */
export function summaryToCsv(epochs: readonly EpochRecord[]): string {
  const cell = (value: number | undefined): string =>
    value === undefined || !Number.isFinite(value) ? '' : String(value);
  return [header, ...epochs.map((epoch) => keys.map((key) => cell(epoch[key])).join(','))].join('\n') + '\n';
}

function parseRow(names: readonly string[], row: string): EpochRecord | undefined {
  const cells = row.split(',');
  if (cells.length !== names.length) return undefined;
  const entries = keys.flatMap((key) => {
    const text = cells[names.indexOf(columns[key])];
    return text === undefined || text === '' ? [] : [[key, Number(text)] as const];
  });
  const parsed = epochSchema.safeParse(Object.fromEntries(entries));
  return parsed.success ? parsed.data : undefined;
}

/** The rows that can be read, and what could not be. Columns are found by name; more of them do no harm. */
export function summaryFromCsv(text: string): { epochs: EpochRecord[]; problems: string[] } {
  const problems: string[] = [];
  const lines = text.replaceAll('\r', '').split('\n');
  const torn = lines.pop();
  if (torn) problems.push('the last line is cut off and was left out');
  const [first = '', ...rows] = lines;
  const names = first.split(',');
  if (!names.includes('epoch')) return { epochs: [], problems: ['the header line is missing'] };
  const epochs: EpochRecord[] = [];
  rows.forEach((row, index) => {
    const epoch = parseRow(names, row);
    if (epoch) epochs.push(epoch);
    else if (row) problems.push(`line ${index + 2} cannot be read`);
  });
  return { epochs, problems };
}
