/** Measurements in a CSV file with a column of seeds, as other tools export them. */
import { FileError, UsageError } from '../../errors.ts';
import { decodeCsv, fileText } from '../../io/index.ts';

/** One run, or one row of its history. */
export interface Measured {
  /** Measurements of two groups with the same seed are a pair. */
  readonly seed: string;
  /** Position in the history of its run; NaN without a history. */
  readonly step: number;
  /** Every setting and number. */
  readonly facts: ReadonlyMap<string, unknown>;
  /** The names of those that are measured, not set. */
  readonly metrics: readonly string[];
  /** The run folder or file. */
  readonly source: string;
}

export interface Measurements {
  readonly measured: readonly Measured[];
  readonly notes: readonly string[];
}

/** `seed`, `config.seed`, `params/seed`, `Seed` */
const seedName = /(?:^|[./_ ])seed$/i;
/** `step`, `_step`, `global_step`, `Epoch` */
const stepName = /(?:^|[./_ ])(?:step|epoch|iteration)$/i;
/** `baseline-s3`, `run_seed=3` */
const seedInName = /(?:^|[^a-z])(?:seed|s)[-_=: ]?(\d+)$/i;

/** @throws FileError for a file that is not a table; UsageError for one without the column */
export function measuredInCsv(path: string, seedColumn?: string): Measurements {
  const rows = decodeCsv(fileText(path), path);
  const columns = Object.keys(rows[0] ?? {});
  if (rows.length === 0) throw new FileError(`${path} has no rows`);
  const column = seedColumn ?? columns.find((name) => seedName.test(name));
  if (column === undefined || !columns.includes(column))
    throw new UsageError(
      `${path}: there is no column ${column ?? 'seed'}; give --seed-column, one of ${columns.join(', ')}`,
    );
  const numbers = columns.filter(
    (name) => name !== column && rows.every((row) => typeof row[name] === 'number' || row[name] === null),
  );
  const history = numbers.find((name) => stepName.test(name));
  const metrics = numbers.filter((name) => name !== history);
  const named = rows.filter((row) => row[column] !== null);
  return {
    measured: named.map((row) => ({
      seed: seedOf(row[column]!),
      step: Number(history === undefined ? Number.NaN : (row[history] ?? Number.NaN)),
      facts: new Map(Object.entries(row).filter(([name]) => name !== column)),
      metrics,
      source: path,
    })),
    notes:
      named.length < rows.length ? [`${path}: ${rows.length - named.length} rows without ${column}`] : [],
  };
}

/** The number at the end of a name; undefined without one. */
export const seedIn = (name: string): string | undefined => seedInName.exec(name)?.[1];

const seedOf = (value: string | number | boolean): string => seedIn(String(value)) ?? String(value);
