/** Splits foreign tables into cells; separators, quoting and comments are detected from the text. */
import { UsageError } from '../../errors.ts';
import { csvLines } from '../../io/csv/cells.ts';
import { numberOfCell, separatorOf } from '../../io/csv/dialect.ts';

export interface Row {
  /** Line number in the text, from 1. */
  readonly line: number;
  /** Trimmed. */
  readonly cells: readonly string[];
}

/**
 * Parses a number as written in the table: with a decimal comma if commas do not separate cells. NaN if it is not a
 * number.
 */
export type NumberOf = (cell: string) => number;

export interface Table {
  /** Rows including the header, if there is one, without empty lines and comments. */
  readonly rows: readonly Row[];
  readonly numberOf: NumberOf;
}

const maxTextLength = 32_000_000;

/** @throws UsageError that names the line of an unterminated quoted cell */
export function tableOf(text: string): Table {
  if (text.length > maxTextLength)
    throw new UsageError(
      `own points: the text has ${text.length} characters, and at most ${maxTextLength} are read`,
    );
  const separator = separatorOf(text);
  const error = (what: string, line: number): UsageError =>
    new UsageError(`own points, line ${line}: ${what}`);
  const rows = csvLines(text, { separator, comments: true, error })
    .map(({ number, cells }) => ({ line: number, cells: cells.map((cell) => cell.text.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  return { rows, numberOf: (cell) => numberOfCell(cell, separator) ?? NaN };
}
