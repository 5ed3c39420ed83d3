/**
 * CSV as RFC 4180 describes it, with values that come back as they were: numbers to the last bit (-0, NaN and infinite ones
 * too), `true` and `false`, null as an empty cell, strings in quotes where they could be taken for anything else.
 */
import { unexpected } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';

export type CsvValue = number | boolean | string | null;
/** Values by the name of their column; every row has the same columns. */
export type CsvRow = Readonly<Record<string, CsvValue>>;

/** What stands between two cells. */
export const separators = [',', ';', '\t'] as const;
export type Separator = (typeof separators)[number];

/** A cell of a file. Quoted cells are always text. */
export interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

/** To the last bit. String() would drop the sign of -0. */
export const numberCell = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const numberPattern = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** The number that a cell is; undefined for other text. `inf` and `nan` are Python's. */
export function numberOfCell(text: string): number | undefined {
  if (!numberPattern.test(text)) return undefined;
  if (/nan$/i.test(text)) return NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** In quotes if a separator, a quotation mark or the end of a line would end it. */
export const quoteCell = (text: string): string =>
  /[",;\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Text that comes back as text: in quotes if it would be taken for something else without them. */
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
 * Names of columns, then one line a row.
 *
 * @throws UsageError for rows with other columns, and values that a cell cannot hold
 */
export function encodeCsv(rows: readonly CsvRow[], separator: Separator = ','): string {
  const names = checkColumns(rows);
  if (rows.length && !names.length) throw new UsageError('rows of a table need at least one column');
  const lines = rows.map((row, i) =>
    names.map((name) => encodeValue(row[name], `column ${name} of row ${i}`)).join(separator),
  );
  return `${[names.map(textCell).join(separator), ...lines].join('\n')}\n`;
}

function valueOf({ text, quoted }: Cell): CsvValue {
  if (quoted) return text;
  if (text === '') return null;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  return numberOfCell(text) ?? text;
}

/** A line of a file, and its number, from 1. */
export interface Line {
  readonly number: number;
  readonly cells: readonly Cell[];
}

/**
 * The cells of a text. Lines end with LF or CRLF; empty ones are left out where a row has more than one cell.
 *
 * @param path - for errors
 * @throws FileError for a quotation mark without its partner, and lines with another number of cells than the first
 */
export function csvLines(text: string, path: string, separator: Separator = ','): Line[] {
  const lines: Line[] = [];
  const broken = (what: string): FileError => new FileError(`${path}, line ${number}: ${what}`);
  let number = 1;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const cells: Cell[] = [];
    const first = number;
    for (let more = true; more;) {
      let cell: Cell;
      if (text[at] === '"') {
        const end = closingQuote(text, at);
        if (end < 0) throw broken('a quotation mark has no partner');
        const inside = text.slice(at + 1, end);
        cell = { text: inside.replaceAll('""', '"'), quoted: true };
        number += inside.split('\n').length - 1;
        at = end + 1;
        if (at < text.length && text[at] !== separator && text[at] !== '\n' && !text.startsWith('\r\n', at))
          throw broken('a cell in quotes goes on after them');
      } else {
        const end = endOfPlain(text, at, separator);
        cell = { text: text.slice(at, end).trim(), quoted: false };
        at = end;
      }
      cells.push(cell);
      more = text[at] === separator;
      if (more) at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    number++;
    lines.push({ number: first, cells });
  }
  const columns = lines[0]?.cells.length ?? 0;
  const isEmpty = ({ cells }: Line): boolean =>
    cells.length === 1 && !cells[0]!.quoted && cells[0]!.text === '';
  const kept = columns > 1 ? lines.filter((line) => !isEmpty(line)) : lines;
  const odd = kept.find(({ cells }) => cells.length !== columns);
  if (odd)
    throw new FileError(
      `${path}, line ${odd.number}: ${odd.cells.length} cells, the first line has ${columns}`,
    );
  return kept;
}

function closingQuote(text: string, from: number): number {
  for (let at = from + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || text[at + 1] !== '"') return at;
  }
}

function endOfPlain(text: string, from: number, separator: Separator): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && !text.startsWith('\r\n', at))
    at++;
  return at;
}

/** The names in the first line. @throws FileError for a name that is there twice */
export function columnNames(line: Line, path: string): string[] {
  const names = line.cells.map(({ text }) => text);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new FileError(`${path}: the column ${JSON.stringify(twice)} is there twice`);
  return names;
}

/**
 * The rows of a text whose first line names the columns.
 *
 * @throws FileError for what is not CSV
 */
export function decodeCsv(text: string, path: string, separator: Separator = ','): CsvRow[] {
  const [header, ...lines] = csvLines(text, path, separator);
  if (!header || text === '\n') return [];
  const names = columnNames(header, path);
  return lines.map(({ cells }) => Object.fromEntries(names.map((name, i) => [name, valueOf(cells[i]!)])));
}
