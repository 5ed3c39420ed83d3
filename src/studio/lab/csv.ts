/**
 * A user's own points: text with a header x1,x2,y (a regression) or x1,x2,class (two classes). Cells may be quoted, and a first
 * column without a name, the numbers of the rows, is left out: so R's write.csv and others write it.
 */
import { UsageError } from '../../errors.ts';

export interface OwnPoints {
  /** [N, 2] */
  readonly inputs: Float64Array;
  /** [N]: y, or 1 for the first class in the order of names and -1 for the second. */
  readonly targets: Float64Array;
  /** The names of the two classes; undefined for a regression. */
  readonly classes: readonly [string, string] | undefined;
}

/** Coordinates beyond would leave every picture, and saturate every block. */
const farthest = 10;

/** @throws UsageError in one line that names the line of the text. */
export function parseOwnPoints(text: string): OwnPoints {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, cells: cellsOf(line, i + 1) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const [header, ...rows] = hasRowNumbers(lines[0]?.cells)
    ? lines.map(({ number, cells }) => ({ number, cells: cells.slice(1) }))
    : lines;
  const names = header?.cells ?? [];
  const third = names[2];
  if (names[0] !== 'x1' || names[1] !== 'x2' || (third !== 'y' && third !== 'class') || names.length !== 3)
    throw new UsageError(
      `own points begin with the header x1,x2,y or x1,x2,class, got ${JSON.stringify(names.join(','))}`,
    );
  if (rows.length < 2)
    throw new UsageError(`own points need at least two lines of points, got ${rows.length}`);
  const inputs = new Float64Array(2 * rows.length);
  rows.forEach(({ number, cells }, n) => {
    if (cells.length !== 3)
      throw new UsageError(`own points, line ${number}: expected three columns, got ${cells.length}`);
    for (const i of [0, 1]) inputs[2 * n + i] = numberIn(cells[i] ?? '', names[i] ?? '', number);
  });
  const last = rows.map(({ cells }) => cells[2] ?? '');
  if (third === 'y') {
    const targets = Float64Array.from(last, (cell, n) => numberIn(cell, 'y', rows[n]!.number));
    return { inputs, targets, classes: undefined };
  }
  const classes = [...new Set(last)].sort();
  const [first, second] = classes;
  if (first === undefined || second === undefined || classes.length !== 2)
    throw new UsageError(
      `own points have two classes, got ${classes.length}: ${classes.slice(0, 5).join(', ')}`,
    );
  return {
    inputs,
    targets: Float64Array.from(last, (name) => (name === first ? 1 : -1)),
    classes: [first, second],
  };
}

/** Whether the header has four names, the first of them empty. */
export const hasRowNumbers = (header: readonly string[] | undefined): boolean =>
  header?.length === 4 && header[0] === '';

/** A cell and what ends it: quoted, with quotation marks inside written twice, or as it is up to the next separator. */
const cell = / *(?:"((?:[^"]|"")*)" *|([^,;\t]*))(?:[,;\t]|$)/y;

/** The cells of a line, without spaces around them. */
export function cellsOf(line: string, number: number): string[] {
  const cells: string[] = [];
  cell.lastIndex = 0;
  for (;;) {
    const found = cell.exec(line);
    const [whole = '', quoted, plain = ''] = found ?? [];
    if (!found || (quoted === undefined && plain.startsWith('"')))
      throw new UsageError(
        `own points, line ${number}: a cell that begins with a quotation mark ends with one, and one inside is written twice`,
      );
    cells.push(quoted?.replaceAll('""', '"') ?? plain.trim());
    // What ends without a separator is the last cell.
    if (!/[,;\t]$/.test(whole)) return cells;
    if (cell.lastIndex === line.length) return [...cells, ''];
  }
}

function numberIn(cell: string, column: string, line: number): number {
  const value = Number(cell);
  if (cell === '' || !Number.isFinite(value) || Math.abs(value) > farthest)
    throw new UsageError(
      `own points, line ${line}: ${column} must be a number from -${farthest} to ${farthest} (scale the column first), got ${JSON.stringify(cell)}`,
    );
  return value;
}
