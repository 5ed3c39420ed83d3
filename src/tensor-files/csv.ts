/** Tables and matrices as CSV. */
import { checkOneOf, checkOptions, unexpected } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';
import {
  type Cell,
  columnNames,
  csvLines,
  type CsvRow,
  decodeCsv,
  encodeCsv,
  fileText,
  type Line,
  numberCell,
  numberOfCell,
  type Separator,
  separators,
  textCell,
  writeFileAtomic,
} from '../io/index.ts';
import { type DType, dtypes, Tensor, tensor, to } from '../tensor/index.ts';
import { checkTensor } from './named.ts';

export interface CsvOptions {
  /** What stands between two cells; default: a comma. */
  readonly separator?: Separator | undefined;
}

export interface WriteCsvOptions extends CsvOptions {
  /** For a tensor: the names of its columns, as first line; default: no such line. */
  readonly columns?: readonly string[] | undefined;
}

export interface ReadCsvTensorOptions extends CsvOptions {
  /** The columns wanted, by name and in this order; default: all. */
  readonly columns?: readonly string[] | undefined;
  /** Default: `f64`, which holds what the text says. */
  readonly dtype?: DType | undefined;
}

const checkSeparator = (separator: Separator = ','): Separator =>
  checkOneOf('separator', separator, separators);

/**
 * Replaces the file by a table: rows with the same columns, whose names stand in the first line; or a tensor, [rows] or
 * [rows, columns].
 *
 * {@link readCsv} gives rows back as they were: numbers to the last bit (also -0, NaN, Infinity), booleans, null, and strings
 * with commas, quotation marks, line ends, or the look of a number.
 *
 * @throws UsageError for rows with other columns, values that a cell cannot hold, a tensor of rank 0 or above 2; FileError if
 *   it cannot be written (the old file stays)
 */
export function writeCsv(
  path: string,
  table: readonly CsvRow[] | Tensor,
  options: WriteCsvOptions = {},
): void {
  checkOptions('writeCsv', options, { separator: true, columns: true });
  const separator = checkSeparator(options.separator);
  if (table instanceof Tensor) writeFileAtomic(path, csvOfTensor(table, separator, options.columns));
  else if (!Array.isArray(table)) throw unexpected('rows or a tensor', 'the table', table);
  else if (options.columns)
    throw new UsageError('the columns of rows are named by the rows: leave columns out');
  else writeFileAtomic(path, encodeCsv(table as readonly CsvRow[], separator));
}

/**
 * The rows of a table whose first line names the columns: numbers, `true` and `false`, empty cells as null, all else as
 * strings.
 *
 * @throws FileError if it is missing, or is not such a table
 */
export function readCsv(path: string, options: CsvOptions = {}): CsvRow[] {
  checkOptions('readCsv', options, { separator: true });
  const separator = checkSeparator(options.separator);
  return decodeCsv(fileText(path), path, separator);
}

/**
 * The numbers of a table, [rows, columns]. A first line that is not all numbers names the columns.
 *
 * @throws FileError if it is missing, or a cell is not a number of the type; UsageError for a column that is not there
 */
export function readCsvTensor(path: string, options: ReadCsvTensorOptions = {}): Tensor {
  checkOptions('readCsvTensor', options, { separator: true, columns: true, dtype: true });
  const columns: unknown = options.columns;
  if (columns !== undefined && !Array.isArray(columns))
    throw unexpected('a list of names', 'columns', columns);
  const dtype = checkOneOf('dtype', options.dtype ?? 'f64', dtypes);
  const separator = checkSeparator(options.separator);
  const lines = csvLines(fileText(path), path, separator);
  const first = lines[0];
  if (!first) throw new FileError(`${path} is empty: needed is a table of numbers`);
  const named = !first.cells.every((cell) => isValue(cell));
  const names = named ? columnNames(first, path) : undefined;
  const places = (options.columns ?? names ?? []).map((name) => {
    const place = names?.indexOf(name) ?? -1;
    if (place < 0)
      throw new UsageError(
        `${path} has no column ${JSON.stringify(name)}: ${names ? `there are ${names.join(', ')}` : 'its first line has no names'}`,
      );
    return place;
  });
  const wanted = options.columns || names ? places : first.cells.map((_, i) => i);
  const rows = named ? lines.slice(1) : lines;
  const values = rows.flatMap((line) => wanted.map((place) => valueIn(line, place, names, path, dtype)));
  return tensor(values, [rows.length, wanted.length], { dtype });
}

const booleans: Readonly<Record<string, number>> = { true: 1, false: 0 };
const isValue = ({ text, quoted }: Cell): boolean =>
  !quoted && (numberOfCell(text) !== undefined || Object.hasOwn(booleans, text.toLowerCase()));

function valueIn(
  line: Line,
  place: number,
  names: readonly string[] | undefined,
  path: string,
  dtype: DType,
): number | bigint {
  const cell = line.cells[place]!;
  const wrong = (what: string): FileError =>
    new FileError(
      `${path}, line ${line.number}, column ${names ? JSON.stringify(names[place]) : place + 1}: expected ${what}, got ${JSON.stringify(cell.text)}`,
    );
  if (dtype === 'i64' && !cell.quoted && /^[+-]?\d+$/.test(cell.text)) {
    const value = BigInt(cell.text.replace('+', ''));
    if (BigInt.asIntN(64, value) !== value) throw wrong('an integer of 64 bits');
    return value;
  }
  const flag = booleans[cell.text.toLowerCase()];
  const value = dtype === 'bool' && flag !== undefined ? flag : numberOfCell(cell.text);
  if (value === undefined || cell.quoted)
    throw wrong(dtype === 'bool' ? 'true, false or a number' : 'a number');
  if (dtype === 'i64' && !Number.isSafeInteger(value)) throw wrong('an integer');
  if (dtype === 'u8' && !(Number.isInteger(value) && value >= 0 && value <= 255))
    throw wrong('an integer from 0 to 255');
  return value;
}

function csvOfTensor(input: Tensor, separator: Separator, columns: readonly string[] | undefined): string {
  const { rank, shape, dtype } = checkTensor(input, 'to save');
  if (rank !== 1 && rank !== 2)
    throw new UsageError(`a table is a tensor [rows] or [rows, columns], got shape [${shape.join(', ')}]`);
  const [rows = 0, width = 1] = shape;
  if (columns && columns.length !== width)
    throw new UsageError(`${width} columns need as many names, got ${columns.length}`);
  if (new Set(columns).size !== (columns?.length ?? 0)) throw new UsageError('two columns have one name');
  const cells = cellsOf(input, dtype);
  const lines = Array.from({ length: rows }, (_, i) =>
    cells.slice(i * width, (i + 1) * width).join(separator),
  );
  return [...(columns ? [columns.map(textCell).join(separator)] : []), ...lines, ''].join('\n');
}

function cellsOf(input: Tensor, dtype: DType): string[] {
  if (dtype === 'bool') return input.toArray().map((value) => (value ? 'true' : 'false'));
  // As BigInt: numbers of JavaScript do not hold every i64.
  const array = input.toTypedArray();
  if (dtype === 'i64') return Array.from({ length: array.length }, (_, i) => String(array[i]));
  if (dtype !== 'bf16') return input.toArray().map(numberCell);
  const wide = to(input, { dtype: 'f32' });
  const cells = wide.toArray().map(numberCell);
  wide.dispose();
  return cells;
}
