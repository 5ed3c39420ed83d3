/** A user's own points: text with a header x1,x2,y (a regression) or x1,x2,class (two classes). */
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
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, cells: line.split(/[,;\t]/).map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const [header, ...rows] = lines;
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

function numberIn(cell: string, column: string, line: number): number {
  const value = Number(cell);
  if (cell === '' || !Number.isFinite(value) || Math.abs(value) > farthest)
    throw new UsageError(
      `own points, line ${line}: ${column} must be a number from -${farthest} to ${farthest} (scale the column first), got ${JSON.stringify(cell)}`,
    );
  return value;
}
