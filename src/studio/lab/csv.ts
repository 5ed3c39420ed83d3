/**
 * The user's own points: a table of two coordinates and a target, as written by spreadsheets, R, pandas or NumPy.
 * Cells are separated by commas, semicolons, tabs, bars or spaces; decimal commas are allowed where commas do not
 * separate cells; cells may be quoted; comments follow # or %. Columns are found by name, or are the only three.
 */
import { UsageError } from '../../errors.ts';
import { seededUniform } from '../../reference/index.ts';
import { type NumberOf, type Row, tableOf } from './csv-cells.ts';
import { type PointColumns, pointColumns } from './csv-columns.ts';

export interface OwnPoints {
  /** [N, 2] */
  readonly inputs: Float64Array;
  /** [N]: y, or 1 for the first class in the order of names and -1 for the second. */
  readonly targets: Float64Array;
  /** Names of the two classes; undefined for a regression. */
  readonly classes: readonly [string, string] | undefined;
}

/** Larger coordinates would leave every picture and saturate every block. */
const maxCoordinate = 10;

/**
 * @param columns - names of the coordinates and the target, or their numbers from 1
 * @throws UsageError with a one-line message that names the line of the text
 */
export function parseOwnPoints(text: string, columns?: readonly string[]): OwnPoints {
  const table = tableOf(text);
  const found = pointColumns(table, columns);
  const { rows, indices, names } = found;
  const { numberOf } = table;
  if (rows.length < 2)
    throw new UsageError(`own points need at least two lines of points, got ${rows.length}`);
  const width = 1 + Math.max(...indices);
  for (const { line, cells } of rows)
    if (cells.length < width)
      throw new UsageError(
        `own points, line ${line}: expected at least ${width} columns, got ${cells.length}`,
      );
  const number = ({ line, cells }: Row, column: 0 | 1 | 2): number =>
    numberIn(cells[indices[column]] ?? '', names[column], line, numberOf);
  const inputs = new Float64Array(2 * rows.length);
  rows.forEach((row, n) => {
    for (const i of [0, 1] as const) inputs[2 * n + i] = number(row, i);
  });
  if (!isClassified(found, numberOf))
    return { inputs, targets: Float64Array.from(rows, (row) => number(row, 2)), classes: undefined };
  const labels = rows.map(({ line, cells }) => {
    const label = cells[indices[2]] ?? '';
    if (label === '') throw new UsageError(`own points, line ${line}: ${names[2]} is empty`);
    return label;
  });
  const classes = [...new Set(labels)].sort();
  const [first, second] = classes;
  if (first === undefined || second === undefined || classes.length !== 2)
    throw new UsageError(
      `own points need exactly two classes, got ${classes.length} in ${names[2]}: ${classes
        .slice(0, 5)
        .map((name) => name.replace(/\s+/g, ' ').slice(0, 40))
        .join(', ')}`,
    );
  return {
    inputs,
    targets: Float64Array.from(labels, (name) => (name === first ? 1 : -1)),
    classes: [first, second],
  };
}

/**
 * Decides by the target's name; otherwise the target is a class if no cell is a number or all cells are one of two
 * integers.
 */
function isClassified({ rows, indices, kind }: PointColumns, numberOf: NumberOf): boolean {
  if (kind === 'class') return true;
  const cells = new Set(rows.map((row) => row.cells[indices[2]] ?? ''));
  const numbers = [...cells].map(numberOf);
  if (!numbers.some(Number.isFinite)) return ![...cells].includes('');
  return kind === undefined && numbers.length === 2 && numbers.every(Number.isInteger);
}

function numberIn(cell: string, column: string, line: number, numberOf: NumberOf): number {
  const value = numberOf(cell);
  if (!Number.isFinite(value) || Math.abs(value) > maxCoordinate)
    throw new UsageError(
      `own points, line ${line}: ${column} must be a number from -${maxCoordinate} to ${maxCoordinate} (scale the column first), got ${JSON.stringify(cell)}`,
    );
  return value;
}

export interface ReadPoints {
  /** Lines x1,x2,y or x1,x2,class with a header, for the knob `csv`. */
  readonly csv: string;
  readonly count: number;
  /** Number of points in the text. */
  readonly of: number;
}

/**
 * Points for the knob `csv`: all of them, or a sample that fits the limits. The same text gives the same sample.
 *
 * @param limits - maximum number of points and of characters in the result
 * @throws UsageError as {@link parseOwnPoints}
 */
export function readOwnPoints(
  text: string,
  limits: { readonly points: number; readonly characters: number },
  columns?: readonly string[],
): ReadPoints {
  const own = parseOwnPoints(text, columns);
  const of = own.targets.length;
  let count = Math.min(of, limits.points);
  for (;;) {
    const csv = csvOf(own, sampleOf(own, count));
    if (csv.length <= limits.characters) return { csv, count, of };
    if (count <= 2)
      throw new UsageError(`own points: two lines have more than ${limits.characters} characters`);
    count = Math.max(2, Math.min(count - 1, Math.floor((0.98 * count * limits.characters) / csv.length)));
  }
}

/**
 * Random stratified sample: one point from each of `count` sections, so that neither sorted nor alternating classes
 * get lost.
 */
export function sampleOf({ targets, classes }: OwnPoints, count: number): number[] {
  const uniform = seededUniform(0);
  const stretch = targets.length / count;
  const sample = Array.from({ length: count }, (_, i) =>
    stretch === 1 ? i : Math.min(targets.length - 1, Math.floor((i + uniform()) * stretch)),
  );
  for (const target of classes && count >= 2 ? [1, -1] : [])
    if (!sample.some((n) => targets[n] === target)) sample[count - 1] = targets.indexOf(target);
  return sample;
}

function csvOf({ inputs, targets, classes }: OwnPoints, sample: readonly number[]): string {
  const [first, second] = classes?.map(quotedIfNeeded) ?? [];
  const lines = sample.map((n) => {
    const target = classes ? (targets[n] === 1 ? first : second) : String(targets[n]);
    return `${inputs[2 * n]},${inputs[2 * n + 1]},${target}\n`;
  });
  return `x1,x2,${classes ? 'class' : 'y'}\n${lines.join('')}`;
}

const quotedIfNeeded = (name: string): string =>
  /["\n\r,;|\t]|^[#%]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
