/** Tables of others as cells: what separates them, quoting and comments are found from the text. */
import papaparse from 'papaparse';
import { UsageError } from '../../errors.ts';

export interface Row {
  /** Line of the text, from 1. */
  readonly line: number;
  /** Without spaces around them. */
  readonly cells: readonly string[];
}

/** A number as its table writes it: with a decimal comma where commas do not separate cells. */
export type NumberOf = (cell: string) => number;

export interface Table {
  /** The header too, if there is one; without empty lines and comments. */
  readonly rows: readonly Row[];
  readonly numberOf: NumberOf;
}

const separators = [',', ';', '\t', '|', ' '] as const;
type Separator = (typeof separators)[number];

/** Lines by which the separator is found. */
const sampled = 50;
const longestText = 32_000_000;

/** @throws UsageError that names the line, for a quoted cell without end */
export function tableOf(text: string): Table {
  if (text.length > longestText)
    throw new UsageError(
      `own points: the text has ${text.length} characters, and at most ${longestText} are read`,
    );
  // Empty lines in their place keep the numbers of the others.
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => (/^\s*[#%]/.test(line) ? '' : line));
  const separator = separatorOf(lines.filter((line) => line.trim() !== '').slice(0, sampled));
  return { rows: rowsOf(lines, separator), numberOf: numberAfter(separator) };
}

function rowsOf(lines: readonly string[], separator: Separator): Row[] {
  const delimiter = separator === ' ' ? '\t' : separator;
  const text = lines.map((line) => withoutPadding(line, separator)).join('\n');
  const { data, errors } = papaparse.parse<string[]>(text, { delimiter, newline: '\n' });
  const damaged = errors.find(({ type }) => type === 'Quotes')?.row;
  const rows: Row[] = [];
  let line = 1;
  for (const [n, cells] of data.entries()) {
    if (n === damaged)
      throw new UsageError(
        `own points, line ${line}: a cell that begins with a quotation mark ends with one, and one inside is written twice`,
      );
    if (cells.some((cell) => cell.trim() !== ''))
      rows.push({ line, cells: cells.map((cell) => cell.trim()) });
    // A quoted cell may go on for several lines.
    line += 1 + cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
  }
  return rows;
}

/** Without spaces beside quoted cells; where spaces separate, with a tab for a run of them. */
function withoutPadding(line: string, separator: Separator): string {
  if (separator === ' ')
    return line.trim().replace(/("(?:[^"]|"")*")|\s+/g, (_, quoted?: string) => quoted ?? '\t');
  return line.includes('"') ? line.replace(/ *("(?:[^"]|"")*") */g, '$1') : line;
}

/** The separator that makes the most numbers of the lines, in columns that are the same for most of them. */
function separatorOf(lines: readonly string[]): Separator {
  let [best, most]: [Separator, number] = [',', 0];
  for (const separator of separators) {
    const numberOf = numberAfter(separator);
    const rows = lines.map((line) => plainCells(line, separator));
    const widths = rows.map((cells) => cells.length).filter((width) => width > 1);
    const usual = widths.sort((a, b) => a - b)[widths.length >> 1];
    const numbers = rows
      .filter((cells) => cells.length === usual)
      .flatMap((cells) => cells.filter((cell) => Number.isFinite(numberOf(cell)))).length;
    if (numbers > most) [best, most] = [separator, numbers];
  }
  return best;
}

/** Good enough to count by: quoted cells are one word. */
const plainCells = (line: string, separator: Separator): string[] =>
  line
    .trim()
    .replace(/"((?:[^"]|"")*)"/g, (_, inside: string) => (/^[-+\d.,eE]*$/.test(inside) ? inside : 'quoted'))
    .split(separator === ' ' ? /\s+/ : separator)
    .map((cell) => cell.trim());

const point = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const comma = /^[-+]?(?:\d+,\d*|,\d+)(?:[eE][-+]?\d+)?$/;

/** NaN for what is not a number. */
function numberAfter(separator: Separator): NumberOf {
  return (cell) => {
    if (point.test(cell)) return Number(cell);
    return separator !== ',' && comma.test(cell) ? Number(cell.replace(',', '.')) : NaN;
  };
}
