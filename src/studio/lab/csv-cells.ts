/** Tables of others as cells: what separates them, quoting and comments are found from the text. */
import { UsageError } from '../../errors.ts';
import { csvLines } from '../../io/csv/cells.ts';
import { numberOfCell, separatorOf } from '../../io/csv/dialect.ts';

export interface Row {
  /** Line of the text, from 1. */
  readonly line: number;
  /** Without spaces around them. */
  readonly cells: readonly string[];
}

/** A number as its table writes it: with a decimal comma where commas do not separate cells. NaN for what is not a number. */
export type NumberOf = (cell: string) => number;

export interface Table {
  /** The header too, if there is one; without empty lines and comments. */
  readonly rows: readonly Row[];
  readonly numberOf: NumberOf;
}

const longestText = 32_000_000;

/** @throws UsageError that names the line, for a quoted cell without end */
export function tableOf(text: string): Table {
  if (text.length > longestText)
    throw new UsageError(
      `own points: the text has ${text.length} characters, and at most ${longestText} are read`,
    );
  const separator = separatorOf(text);
  const error = (what: string, line: number): UsageError =>
    new UsageError(`own points, line ${line}: ${what}`);
  const rows = csvLines(text, { separator, comments: true, error })
    .map(({ number, cells }) => ({ line: number, cells: cells.map((cell) => cell.text.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  return { rows, numberOf: (cell) => numberOfCell(cell, separator) ?? NaN };
}
