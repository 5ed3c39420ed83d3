/** Tables and matrices as CSV. */
import { checkBoolean, checkOneOf, checkOptions, show, unexpected } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';
import {
  type Cell,
  checkPath,
  checkWidths,
  columnNames,
  csvLines,
  type CsvRow,
  decodeCsv,
  encodeCsv,
  fileLineError,
  fileText,
  isEmptyLine,
  type Line,
  numberCell,
  numberOfCell,
  type PathLike,
  type Separator,
  separatorOf,
  separators,
  type TableSeparator,
  tableSeparators,
  textCell,
  writeFileAtomic,
} from '../io/index.ts';
import { type DType, dtypes, Tensor, tensor, to } from '../tensor/index.ts';
import { checkTensor } from './named.ts';

export interface CsvOptions {
  /** The separator; default: detected from the file. A space stands for any run of spaces and tabs. */
  readonly separator?: Separator | undefined;
}

export interface WriteCsvOptions {
  /** The separator; default: a comma. */
  readonly separator?: TableSeparator | undefined;
  /** For a tensor: the column names for a header line; default: no header line. */
  readonly columns?: readonly string[] | undefined;
}

export interface ReadCsvTensorOptions extends CsvOptions {
  /** The wanted columns, by name and in this order; default: all. */
  readonly columns?: readonly string[] | undefined;
  /** Default: `f64`, which represents the text exactly. */
  readonly dtype?: DType | undefined;
  /** Whether the first line names the columns; default: detected from its cells. */
  readonly header?: boolean | undefined;
  /** Accept a table without rows, which gives a tensor [0, columns]; default: false. */
  readonly allowEmpty?: boolean | undefined;
}

const checkSeparator = (separator: Separator | undefined): Separator | undefined =>
  separator === undefined ? undefined : checkOneOf('separator', separator, separators);

/**
 * Replaces the file with a table: rows with the same columns, preceded by a header line; or a tensor, [rows] or [rows,
 * columns].
 *
 * {@link readCsv} restores the rows exactly: numbers to the last bit (also -0, NaN, Infinity), booleans, null, and
 * strings with commas, quotation marks, line endings, or the look of a number.
 *
 * @throws UsageError for rows with other columns, values that a cell cannot hold, a tensor of rank 0 or above 2;
 * FileError if it cannot be written (the old file stays)
 *
 * @example
 * writeCsv('losses.csv', [{ step: 1, loss: 0.3 }]);
 */
export function writeCsv(
  file: PathLike,
  table: readonly CsvRow[] | Tensor,
  options: WriteCsvOptions = {},
): void {
  const path = checkPath('the path', file);
  checkOptions('writeCsv', options, { separator: true, columns: true });
  const separator = checkOneOf('separator', options.separator ?? ',', tableSeparators);
  if (table instanceof Tensor) writeFileAtomic(path, csvOfTensor(table, separator, options.columns));
  else if (!Array.isArray(table)) throw unexpected('rows or a tensor', 'the table', table);
  else if (options.columns) throw new UsageError('rows already name their columns: omit columns');
  else writeFileAtomic(path, encodeCsv(table as readonly CsvRow[], separator));
}

/**
 * The rows of a table whose first line names the columns: numbers, `true` and `false`, empty cells as null, all else as
 * strings. The separator (comma, semicolon, tab or bar) is detected from the file; decimal commas are read unless
 * commas separate cells.
 *
 * @throws FileError if it is missing, or is not such a table
 *
 * @example
 * for (const { step, loss } of readCsv('losses.csv')) console.log(step, loss);
 */
export function readCsv(file: PathLike, options: CsvOptions = {}): CsvRow[] {
  const path = checkPath('the path', file);
  checkOptions('readCsv', options, { separator: true });
  const separator = checkSeparator(options.separator);
  return decodeCsv(fileText(path), path, separator);
}

/**
 * The numbers of a table, [rows, columns]. The separator is detected from the file; decimal commas are read unless
 * commas separate cells. Empty lines, and lines that begin with # or %, are skipped. The first line is a header if none
 * of its cells begins like a number, and data if all of its cells are numbers.
 *
 * @throws FileError if it is missing, has no rows, or a cell is not a number of the type, or if the first line is
 * neither header nor data; UsageError for a missing column
 *
 * @example
 * const inputs = readCsvTensor('points.csv', { columns: ['x1', 'x2'] }); // [N, 2]
 */
export function readCsvTensor(file: PathLike, options: ReadCsvTensorOptions = {}): Tensor {
  const path = checkPath('the path', file);
  checkOptions('readCsvTensor', options, {
    separator: true,
    columns: true,
    dtype: true,
    header: true,
    allowEmpty: true,
  });
  const columns: unknown = options.columns;
  if (columns !== undefined && !Array.isArray(columns))
    throw unexpected('a list of names', 'columns', columns);
  const dtype = checkOneOf('dtype', options.dtype ?? 'f64', dtypes);
  const header = checkBoolean('header', options.header);
  const allowEmpty = checkBoolean('allowEmpty', options.allowEmpty) ?? false;
  const given = checkSeparator(options.separator);
  const text = fileText(path);
  const separator = given ?? separatorOf(text);
  const error = fileLineError(path);
  const lines = csvLines(text, { separator, comments: true, error }).filter((line) => !isEmptyLine(line));
  checkWidths(lines, error);
  const first = lines[0];
  if (!first) throw new FileError(`${path} is empty: expected a table of numbers`);
  const named = header ?? isHeader(first, separator, path);
  const names = named ? columnNames(first, path) : undefined;
  const places = (options.columns ?? names ?? []).map((name) => {
    const place = names?.indexOf(name) ?? -1;
    if (place < 0)
      throw new UsageError(
        `${path} has no column ${JSON.stringify(name)}: ${names ? `the columns are ${names.join(', ')}` : 'its first line has no names'}`,
      );
    return place;
  });
  const wanted = options.columns || names ? places : first.cells.map((_, i) => i);
  const rows = named ? lines.slice(1) : lines;
  if (!rows.length && !allowEmpty)
    throw new FileError(
      `${path} has no rows below its first line, ${show(first.cells.map((cell) => cell.text).join(separator))}: pass allowEmpty: true if this is intended`,
    );
  const at = { path, names, dtype, separator };
  const values = rows.flatMap((line) => wanted.map((place) => valueIn(line, place, at)));
  return tensor(values, [rows.length, wanted.length], { dtype });
}

const booleans: Readonly<Record<string, number>> = { true: 1, false: 0 };

/** @throws FileError for a line that is neither names nor numbers */
function isHeader({ cells, number }: Line, separator: Separator, path: string): boolean {
  const isValue = ({ text, quoted }: Cell): boolean =>
    !quoted && (numberOfCell(text, separator) !== undefined || Object.hasOwn(booleans, text.toLowerCase()));
  if (cells.every(isValue)) return false;
  const odd = cells.findIndex(({ text, quoted }) => !quoted && /^[+-]?[.,]?\d/.test(text));
  if (odd < 0) return true;
  const other = cells.find((cell) => !isValue(cell))!;
  throw new FileError(
    `${path}, line ${number}: expected names of columns or numbers, got ${show(other.text)}${other === cells[odd] ? '' : ` beside ${show(cells[odd]!.text)}`} (pass header: true if the line names the columns, or another separator)`,
  );
}

interface Reading {
  readonly path: string;
  readonly names: readonly string[] | undefined;
  readonly dtype: DType;
  readonly separator: Separator;
}

function valueIn(line: Line, place: number, { path, names, dtype, separator }: Reading): number | bigint {
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
  const value = dtype === 'bool' && flag !== undefined ? flag : numberOfCell(cell.text, separator);
  if (value === undefined || cell.quoted)
    throw wrong(dtype === 'bool' ? 'true, false or a number' : 'a number');
  if (dtype === 'i64' && !Number.isSafeInteger(value)) throw wrong('an integer');
  if (dtype === 'u8' && !(Number.isInteger(value) && value >= 0 && value <= 255))
    throw wrong('an integer from 0 to 255');
  return value;
}

function csvOfTensor(
  input: Tensor,
  separator: TableSeparator,
  columns: readonly string[] | undefined,
): string {
  const { rank, shape, dtype } = checkTensor(input, 'to save');
  if (rank !== 1 && rank !== 2)
    throw new UsageError(`expected a tensor [rows] or [rows, columns], got shape [${shape.join(', ')}]`);
  const [rows = 0, width = 1] = shape;
  if (columns && columns.length !== width)
    throw new UsageError(`${width} columns need ${width} names, got ${columns.length}`);
  if (new Set(columns).size !== (columns?.length ?? 0))
    throw new UsageError('two columns have the same name');
  const cells = cellsOf(input, dtype);
  const lines = Array.from({ length: rows }, (_, i) =>
    cells.slice(i * width, (i + 1) * width).join(separator),
  );
  return [...(columns ? [columns.map(textCell).join(separator)] : []), ...lines, ''].join('\n');
}

function cellsOf(input: Tensor, dtype: DType): string[] {
  if (dtype === 'bool') return input.toArray().map((value) => (value ? 'true' : 'false'));
  // As BigInt: a JavaScript number cannot hold every i64.
  const array = input.toTypedArray();
  if (dtype === 'i64') return Array.from({ length: array.length }, (_, i) => String(array[i]));
  if (dtype !== 'bf16') return input.toArray().map(numberCell);
  const wide = to(input, { dtype: 'f32' });
  const cells = wide.toArray().map(numberCell);
  wide.dispose();
  return cells;
}
