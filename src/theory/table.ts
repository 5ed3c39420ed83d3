/** Tables of numbers: rows with named columns, to summarise and to save as CSV or .npz. */
import { checkList, checkNeededFunction, checkNeededOptions, checkObject, checkText } from '../check.ts';
import { UsageError } from '../errors.ts';
import {
  checkColumns,
  checkPath,
  encodeCsv,
  type NpyArray,
  type PathLike,
  writeFileAtomic,
  writeNpz,
} from '../io/index.ts';

/** A row: columns by name, the same in every row. */
export type SweepRow = Readonly<Record<string, number>>;

/**
 * Reduces rows that agree in the columns `by` to one number, such as the RMS over seeds: `summarise(rows, { by:
 * ['L'], of: 'error', with: rms })` gives rows { L, error }.
 *
 * @throws UsageError for an unknown column
 */
export function summarise<By extends string, Of extends string>(
  rows: readonly SweepRow[],
  summary: {
    readonly by: readonly By[];
    readonly of: Of;
    readonly with: (values: readonly number[]) => number;
  },
): Readonly<Record<By | Of, number>>[] {
  checkNeededOptions('summarise', summary, { by: true, of: true, with: true });
  checkRows(rows);
  checkList('by', summary.by);
  checkText('of', summary.of);
  checkNeededFunction('with', summary.with);
  const groups = new Map<string, { readonly row: SweepRow; readonly values: number[] }>();
  for (const row of rows) {
    const missing = [...summary.by, summary.of].find((name) => !(name in row));
    if (missing !== undefined)
      throw new UsageError(`no column ${missing} (one of ${Object.keys(row).join(', ')})`);
    const key = summary.by.map((name) => row[name]).join(',');
    const group = groups.get(key) ?? { row, values: [] };
    groups.set(key, group);
    group.values.push(row[summary.of] ?? NaN);
  }
  return [...groups.values()].map(({ row, values }) => ({
    ...(Object.fromEntries(summary.by.map((name) => [name, row[name] ?? NaN])) as Record<By, number>),
    ...({ [summary.of]: summary.with(values) } as Record<Of, number>),
  }));
}

function checkRows(rows: readonly SweepRow[]): readonly SweepRow[] {
  return checkList('rows', rows).map((row, i) => {
    checkObject('a row, such as { L: 8, error: 0.1 }', `row ${i}`, row);
    return row;
  });
}

/**
 * A line with the column names, then one line per row, with numbers to the last bit. @throws UsageError for rows
 * with different columns
 */
export function rowsToCsv(rows: readonly SweepRow[]): string {
  return encodeCsv(checkRows(rows));
}

/** One array per column: [rows], f64. @throws UsageError for rows with different columns */
export function rowsToArrays(rows: readonly SweepRow[]): Map<string, NpyArray> {
  return new Map(
    checkColumns(checkRows(rows)).map((name) => [
      name,
      { shape: [rows.length], data: Float64Array.from(rows, (row) => row[name] ?? NaN) },
    ]),
  );
}

/**
 * Writes a file, replacing an existing one. The format, CSV or NumPy's .npz, is detected from the file extension.
 *
 * @throws UsageError for another extension, FileError if the file cannot be written
 */
export function writeRows(to: PathLike, rows: readonly SweepRow[]): void {
  const path = checkPath('the path', to);
  if (path.endsWith('.csv')) writeFileAtomic(path, rowsToCsv(rows));
  else if (path.endsWith('.npz')) writeNpz(path, rowsToArrays(rows));
  else throw new UsageError(`rows are written as .csv or .npz, got ${path}`);
}
