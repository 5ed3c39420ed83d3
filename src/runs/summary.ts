/** `summary.csv`: one line per epoch; unknown values are empty. */
import type { EpochRecord } from './types.ts';

interface Column {
  /** In the header of the file. */
  readonly name: string;
  readonly meaning: string;
  readonly unit?: string;
}

/** docs/reference/run-folder.md is written from it. */
export const summaryColumns = {
  epoch: { name: 'epoch', meaning: 'Epoch, from 0.' },
  trainLoss: { name: 'train_loss', meaning: 'Mean training loss over the epoch.', unit: 'nats' },
  trainError: { name: 'train_error', meaning: 'Misclassified training images, as augmented.', unit: '%' },
  evalLoss: {
    name: 'eval_loss',
    meaning: 'Mean loss of the evaluated images: the held-out images if there are any, else the test set.',
    unit: 'nats',
  },
  evalError: { name: 'eval_error', meaning: 'Misclassified evaluated images.', unit: '%' },
  evalTop1: { name: 'eval_top1', meaning: '100 - eval_error.', unit: '%' },
  evalTop5: {
    name: 'eval_top5',
    meaning: 'Evaluated images whose class is among the five most likely.',
    unit: '%',
  },
  emaLoss: {
    name: 'ema_loss',
    meaning: 'As eval_loss, with the averaged weights; only with `--ema`.',
    unit: 'nats',
  },
  emaError: {
    name: 'ema_error',
    meaning: 'As eval_error, with the averaged weights; only with `--ema`.',
    unit: '%',
  },
  lr: { name: 'lr', meaning: 'Learning rate of the last step.' },
  seconds: { name: 'seconds', meaning: 'Duration of the epoch.', unit: 's' },
  imagesPerSecond: { name: 'images_per_second', meaning: 'Training speed.', unit: 'images/s' },
  swaps: { name: 'swaps', meaning: 'Changes of the order of blocks in the epoch, one per step and stage.' },
  peakRssMb: { name: 'peak_rss_mb', meaning: 'Peak memory of the process so far.', unit: 'MiB' },
} as const satisfies Record<keyof EpochRecord, Column>;

const keys = Object.keys(summaryColumns) as (keyof EpochRecord)[];
/** Absent from files without such values. */
const optional: ReadonlySet<keyof EpochRecord> = new Set(['emaLoss', 'emaError']);

/** The text of the file, with one row per epoch. */
export function summaryToCsv(epochs: readonly EpochRecord[]): string {
  const cell = (value: number | undefined): string =>
    value === undefined || !Number.isFinite(value) ? '' : String(value);
  const own = keys.filter((key) => !optional.has(key) || epochs.some((epoch) => epoch[key] !== undefined));
  const header = own.map((key) => summaryColumns[key].name).join(',');
  return [header, ...epochs.map((epoch) => own.map((key) => cell(epoch[key])).join(','))].join('\n') + '\n';
}

/** The column index of each field of an epoch; -1 if the file has no such column. */
type Places = Readonly<Record<keyof EpochRecord, number>>;

interface Header {
  readonly columns: number;
  readonly places: Places;
}

function parseHeader(line: string): Header | undefined {
  const names = line.split(',');
  if (!names.includes('epoch')) return undefined;
  const places = Object.fromEntries(keys.map((key) => [key, names.indexOf(summaryColumns[key].name)]));
  return { columns: names.length, places: places as Places };
}

function parseRow({ columns, places }: Header, row: string): EpochRecord | undefined {
  const cells = row.split(',');
  if (cells.length !== columns) return undefined;
  const found: Partial<Record<keyof EpochRecord, number>> = {};
  for (const key of keys) {
    const text = cells[places[key]];
    if (text === undefined || text === '') continue;
    const value = Number(text);
    if (!Number.isFinite(value)) return undefined;
    found[key] = value;
  }
  const { epoch } = found;
  return epoch !== undefined && Number.isSafeInteger(epoch) && epoch >= 0 ? { ...found, epoch } : undefined;
}

const noHeader = 'the header line is missing';
const tornLine = 'the last line is truncated and was skipped';

/** The readable rows, and errors for the others. Columns are found by name; extra ones are ignored. */
export function summaryFromCsv(text: string): { epochs: EpochRecord[]; problems: string[] } {
  const problems: string[] = [];
  const lines = text.replaceAll('\r', '').split('\n');
  const torn = lines.pop();
  if (torn) problems.push(tornLine);
  const [first = '', ...rows] = lines;
  const header = parseHeader(first);
  if (!header) return { epochs: [], problems: [noHeader] };
  const epochs: EpochRecord[] = [];
  rows.forEach((row, index) => {
    const epoch = parseRow(header, row);
    if (epoch) epochs.push(epoch);
    else if (row) problems.push(`line ${index + 2} cannot be read`);
  });
  return { epochs, problems };
}

/** The last row alone; earlier rows are not checked. */
export function lastEpochFromCsv(text: string): { epoch?: EpochRecord; problems: string[] } {
  const plain = text.replaceAll('\r', '');
  const end = plain.lastIndexOf('\n');
  const headerEnd = plain.indexOf('\n');
  const header = headerEnd < 0 ? undefined : parseHeader(plain.slice(0, headerEnd));
  if (!header) return { problems: [noHeader] };
  const problems = end + 1 < plain.length ? [tornLine] : [];
  if (end === headerEnd) return { problems };
  const epoch = parseRow(header, plain.slice(plain.lastIndexOf('\n', end - 1) + 1, end));
  return epoch ? { epoch, problems } : { problems: [...problems, 'the last line cannot be read'] };
}
