/** A computation at every combination of some numbers, as rows: to look at, to fit, to save as CSV or .npz. */
import { unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { checkColumns, encodeCsv, type NpyArray, writeFileAtomic, writeNpz } from '../io/index.ts';
import { noGrad, scope } from '../tensor/index.ts';

/** Columns by name; every row has the same. */
export type SweepRow = Readonly<Record<string, number>>;

/** Values of each variable, such as { L: [8, 16], M: [4], seed: [1, 2, 3] }. */
export type Axes = Readonly<Record<string, readonly number[]>>;

export interface SweepOptions<Row> {
  /** After each row: how many are done, of how many, and the row. */
  readonly onProgress?: (done: number, of: number, row: Row) => void;
}

/**
 * Calls `body` at every combination of the values, the last variable fastest, without recording gradients; tensors that
 * it makes are freed after each row.
 *
 * @param body - gives the columns of its row
 * @returns one row a combination: the variables, then the columns of the body
 * @throws UsageError for no variable, a variable without values, a column named as a variable, rows with other columns
 */
export function sweep<A extends Axes, R extends SweepRow>(
  axes: A,
  body: (point: { readonly [K in keyof A]: number }) => R,
  { onProgress }: SweepOptions<{ readonly [K in keyof A]: number } & R> = {},
): ({ readonly [K in keyof A]: number } & R)[] {
  type Point = { readonly [K in keyof A]: number };
  const points = combinations(axes) as Point[];
  const rows: (Point & R)[] = [];
  for (const point of points) {
    const measured = noGrad(() => scope(() => body(point)));
    const clash = Object.keys(measured).find((name) => name in axes);
    if (clash !== undefined) throw new UsageError(`the column ${clash} is named as a variable of the sweep`);
    const row = { ...point, ...measured };
    checkNumbers(row, Object.keys(measured));
    checkColumns([rows[0] ?? row, row]);
    rows.push(row);
    onProgress?.(rows.length, points.length, row);
  }
  return rows;
}

function combinations(axes: Axes): SweepRow[] {
  const entries = Object.entries(axes);
  if (!entries.length)
    throw new UsageError('a sweep needs at least one variable, such as { L: [8, 16, 32] }');
  const empty = entries.find(([, values]) => values.length === 0);
  if (empty) throw new UsageError(`the variable ${empty[0]} of the sweep has no values`);
  return entries.reduce<SweepRow[]>(
    (points, [name, values]) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

/** @throws UsageError for what is not a number, as which a table of measurements would hide it */
function checkNumbers(row: SweepRow, names: readonly string[]): void {
  for (const name of names)
    if (typeof row[name] !== 'number') throw unexpected('a number', `the column ${name}`, row[name]);
}

/**
 * One number from the rows that agree in the columns `by`, such as the RMS over seeds:
 * `summarise(rows, { by: ['L'], of: 'error', with: rms })` gives rows { L, error }.
 *
 * @throws UsageError for a column that is not there
 */
export function summarise<By extends string, Of extends string>(
  rows: readonly SweepRow[],
  summary: {
    readonly by: readonly By[];
    readonly of: Of;
    readonly with: (values: readonly number[]) => number;
  },
): Readonly<Record<By | Of, number>>[] {
  const groups = new Map<string, { readonly row: SweepRow; readonly values: number[] }>();
  for (const row of rows) {
    const missing = [...summary.by, summary.of].find((name) => !(name in row));
    if (missing !== undefined)
      throw new UsageError(`no column ${missing}: there are ${Object.keys(row).join(', ')}`);
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

/** Names of columns, then one line a row; numbers to the last bit. @throws UsageError for rows with other columns */
export function rowsToCsv(rows: readonly SweepRow[]): string {
  return encodeCsv(rows);
}

/** A column each: [rows], f64. */
export function rowsToArrays(rows: readonly SweepRow[]): Map<string, NpyArray> {
  return new Map(
    checkColumns(rows).map((name) => [
      name,
      { shape: [rows.length], data: Float64Array.from(rows, (row) => row[name] ?? NaN) },
    ]),
  );
}

/**
 * Replaces the file: CSV or NumPy's .npz, by its ending.
 *
 * @throws UsageError for another ending, FileError if it cannot be written
 */
export function writeRows(path: string, rows: readonly SweepRow[]): void {
  if (path.endsWith('.csv')) writeFileAtomic(path, rowsToCsv(rows));
  else if (path.endsWith('.npz')) writeNpz(path, rowsToArrays(rows));
  else throw new UsageError(`rows are written as .csv or .npz, got ${path}`);
}
