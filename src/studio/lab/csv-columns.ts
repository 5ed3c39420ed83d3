/** Selects the columns with the coordinates and the target. */
import { nearest } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import type { NumberOf, Row, Table } from './csv-cells.ts';

export interface PointColumns {
  /** Indices of the two coordinates and the target. */
  readonly indices: readonly [number, number, number];
  /** Column names for messages. */
  readonly names: readonly [string, string, string];
  /** Whether the target's name implies a class or a number; undefined: decided by its cells. */
  readonly kind: 'class' | 'number' | undefined;
  /** Rows without the header. */
  readonly rows: readonly Row[];
}

const coordinateNames = [
  ['x1', 'x2'],
  ['x', 'y'],
  ['x0', 'x1'],
  ['x_1', 'x_2'],
  ['x_0', 'x_1'],
  ['feature1', 'feature2'],
  ['feature_1', 'feature_2'],
  ['feature_0', 'feature_1'],
  ['lon', 'lat'],
] as const;
const classNames = ['class', 'label', 'labels', 'species', 'category', 'group', 'cluster', 'color', 'colour'];
const numberNames = ['y', 'z', 'value', 'output', 'response'];
const eitherNames = ['target', 't'];
/** Maximum length of a name in a message. */
const maxNameLength = 40;
/** Names of columns that number the rows. */
const rowNames = ['', 'index', 'id', 'row', 'unnamed: 0', 'rownames'];

/**
 * Selects columns by the given names (or numbers, from 1), by well-known names, or takes the only three columns.
 *
 * @throws UsageError with a one-line message
 */
export function pointColumns({ rows, numberOf }: Table, chosen?: readonly string[]): PointColumns {
  const [first, ...others] = rows;
  if (!first) throw new UsageError('own points are empty: lines of x1,x2,y or x1,x2,class are needed');
  const headed = first.cells.filter((cell) => Number.isFinite(numberOf(cell))).length < 2;
  const points = headed ? others : rows;
  // R's write.table names all columns except that of the row names.
  const named = first.cells.length;
  const rowsHaveNames =
    headed && points.length > 0 && points.every(({ cells }) => cells.length === named + 1);
  const header = rowsHaveNames ? ['', ...first.cells] : first.cells;
  const names = header.map((name, i) =>
    headed ? name.replace(/\s+/g, ' ').slice(0, maxNameLength) : `column ${i + 1}`,
  );
  const long = points.find(({ cells }) => cells.slice(names.length).some((cell) => cell !== ''));
  if (long)
    throw new UsageError(
      `own points, line ${long.line}: ${long.cells.length} cells, the first line has ${named} (decimal commas need another separator, or quotes)`,
    );
  const indices =
    (chosen === undefined ? undefined : chosenColumns(names, chosen)) ??
    (headed ? knownColumns(names) : undefined) ??
    onlyColumns(names, points, numberOf);
  const word = names[indices[2]]?.toLowerCase() ?? '';
  return {
    indices,
    names: [nameOf(names, indices[0]), nameOf(names, indices[1]), nameOf(names, indices[2])],
    kind: classNames.includes(word) ? 'class' : numberNames.includes(word) ? 'number' : undefined,
    rows: points,
  };
}

const nameOf = (names: readonly string[], index: number): string =>
  names[index]?.trim() ? names[index] : `column ${index + 1}`;

function chosenColumns(names: readonly string[], chosen: readonly string[]): [number, number, number] {
  if (chosen.length !== 3 || new Set(chosen).size !== 3)
    throw new UsageError(
      `own points need three columns, both coordinates and the target; got ${chosen.join(',')}`,
    );
  const [x1, x2, target] = chosen.map((name) => {
    const exact = names.indexOf(name);
    if (exact >= 0) return exact;
    const any = names.findIndex((one) => one.toLowerCase() === name.toLowerCase());
    if (any >= 0) return any;
    const number = /^\d+$/.test(name) ? Number(name) : 0;
    if (number >= 1 && number <= names.length) return number - 1;
    const near = nearest(name, names);
    throw new UsageError(
      `own points have no column ${JSON.stringify(name)}${near === undefined ? '' : ` (did you mean ${near}?)`}: there are ${listed(names)}`,
    );
  });
  return [x1!, x2!, target!];
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 12).join(', ')}${names.length > 12 ? `, .. (${names.length})` : ''}`;

function knownColumns(names: readonly string[]): [number, number, number] | undefined {
  const words = names.map((name) => name.toLowerCase());
  const place = (name: string): number => words.indexOf(name);
  for (const [x1, x2] of coordinateNames) {
    if (place(x1) < 0 || place(x2) < 0) continue;
    const targets = [...classNames, ...eitherNames, ...numberNames].filter(
      (name) => name !== x1 && name !== x2 && place(name) >= 0,
    );
    if (
      targets.some((name) => classNames.includes(name)) &&
      targets.some((name) => numberNames.includes(name))
    )
      throw new UsageError(
        `own points: which of ${targets.join(', ')} is the target? Choose the columns by --columns ${x1},${x2},${targets[0]}`,
      );
    const [target] = targets;
    if (target !== undefined) return [place(x1), place(x2), place(target)];
  }
  return undefined;
}

/** The only three columns besides row numbers. */
function onlyColumns(
  names: readonly string[],
  points: readonly Row[],
  numberOf: NumberOf,
): [number, number, number] {
  const numbered =
    names.length === 4 && (rowNames.includes(names[0]!.toLowerCase()) || isCount(points, numberOf));
  if (names.length === 3) return [0, 1, 2];
  if (numbered) return [1, 2, 3];
  const line = names.some((name) => !name.startsWith('column '))
    ? listed(names)
    : `${names.length} columns without a header`;
  throw new UsageError(
    names.length < 3
      ? `own points need three columns, x1, x2 and y (or class), got ${line}`
      : `own points: which of ${line} are the coordinates and the target? Name them x1, x2 and class (or y) in a header, or choose them by --columns`,
  );
}

const isCount = (points: readonly Row[], numberOf: NumberOf): boolean => {
  const first = numberOf(points[0]?.cells[0] ?? '');
  return (
    (first === 0 || first === 1) && points.every(({ cells }, n) => numberOf(cells[0] ?? '') === first + n)
  );
};
