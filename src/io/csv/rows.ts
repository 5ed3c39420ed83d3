/**
 * CSV as in RFC 4180, with values that round-trip: numbers exactly (also -0, NaN and infinities), `true` and `false`,
 * null as an empty cell, and strings in quotes where they would otherwise be ambiguous.
 */
import { unexpected } from '../../check.ts';
import { FileError, UsageError } from '../../errors.ts';
import {
  type Cell,
  checkWidths,
  csvLines,
  isEmptyLine,
  type Line,
  type LineError,
  type Separator,
} from './cells.ts';
import { numberOfCell, separatorOf } from './dialect.ts';

export type CsvValue = number | boolean | string | null;
/** Values by column name; every row has the same columns. */
export type CsvRow = Readonly<Record<string, CsvValue>>;

/** Exact. String() would drop the sign of -0. */
export const numberCell = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** Quoted if it contains a separator, a quotation mark or a line ending. */
export const quoteCell = (text: string): string =>
  /[",;|\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Text that reads back as text: quoted if it would otherwise be read as another type. */
export function textCell(text: string): string {
  const ambiguous = text === '' || text.trim() !== text || valueOf({ text, quoted: false }) !== text;
  return ambiguous ? `"${text.replaceAll('"', '""')}"` : quoteCell(text);
}

function encodeValue(value: unknown, name: string): string {
  if (typeof value === 'number') return numberCell(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return textCell(value);
  if (value === null) return '';
  throw unexpected('a number, a boolean, a string or null', name, value);
}

/** @throws UsageError unless every row has the columns of the first */
export function checkColumns(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const expected = Object.keys(rows[0] ?? {});
  const known = new Set(expected);
  for (const row of rows) {
    const names = Object.keys(row);
    if (names.length !== expected.length || names.some((name) => !known.has(name)))
      throw new UsageError(
        `rows of a table have the same columns: expected ${expected.join(', ')}, got ${names.join(', ')}`,
      );
  }
  return expected;
}

/**
 * A header line, then one line per row.
 *
 * @throws UsageError for rows with other columns, and for values that a cell cannot hold
 */
export function encodeCsv(rows: readonly CsvRow[], separator: TableSeparator = ','): string {
  const names = checkColumns(rows);
  if (rows.length && !names.length) throw new UsageError('rows of a table need at least one column');
  const lines = rows.map((row, i) =>
    names.map((name) => encodeValue(row[name], `column ${name} of row ${i}`)).join(separator),
  );
  return `${[names.map(textCell).join(separator), ...lines].join('\n')}\n`;
}

function valueOf({ text, quoted }: Cell, separator: Separator = ','): CsvValue {
  if (quoted) return text;
  if (text === '') return null;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  return numberOfCell(text, separator) ?? text;
}

/** The column names in the first line. @throws FileError for a duplicate name */
export function columnNames(line: Line, path: string): string[] {
  const names = line.cells.map(({ text }) => text);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new FileError(`${path}: the column ${JSON.stringify(twice)} appears twice`);
  return names;
}

/** Errors name the file and the line. */
export const fileLineError =
  (path: string): LineError =>
  (what, line) =>
    new FileError(`${path}, line ${line}: ${what}`);

/** With a space, the words of a sentence would become columns. */
export const tableSeparators = [',', ';', '\t', '|'] as const;
export type TableSeparator = (typeof tableSeparators)[number];

/**
 * The rows of a text whose first line names the columns. Empty lines are skipped if rows have more than one cell.
 *
 * @param separator - default: detected from the text
 * @throws FileError for text that is not CSV
 */
export function decodeCsv(text: string, path: string, separator?: Separator): CsvRow[] {
  const found = separator ?? separatorOf(text, tableSeparators);
  const error = fileLineError(path);
  const all = csvLines(text, { separator: found, error });
  const lines = (all[0]?.cells.length ?? 0) > 1 ? all.filter((line) => !isEmptyLine(line)) : all;
  checkWidths(lines, error);
  const [header, ...rows] = lines;
  if (!header || text === '\n') return [];
  const names = columnNames(header, path);
  return rows.map(({ cells }) =>
    Object.fromEntries(names.map((name, i) => [name, valueOf(cells[i]!, found)])),
  );
}
