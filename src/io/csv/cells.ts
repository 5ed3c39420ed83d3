/** Splits text into lines of cells: RFC 4180, plus spaces beside quoted cells, comments, and every line ending. */

/** Supported separators. A space stands for any run of spaces and tabs. */
export const separators = [',', ';', '\t', '|', ' '] as const;
export type Separator = (typeof separators)[number];

const lineEnd = /\r\n|\n|\r/;

/** A cell of a file. Quoted cells are always text; unquoted cells are trimmed. */
export interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

/** A line of a file and its number, from 1. */
export interface Line {
  readonly number: number;
  readonly cells: readonly Cell[];
}

/** Makes the error for a problem in a line, given its number. */
export type LineError = (what: string, line: number) => Error;

export interface LineOptions {
  readonly separator: Separator;
  /** Skip lines that begin with # or %. */
  readonly comments?: boolean;
  readonly error: LineError;
}

/** @throws the result of `error`, for an unclosed quotation mark */
export const csvLines = (text: string, options: LineOptions): Line[] => [...eachLine(text, options)];

/** Yields the lines of {@link csvLines} one by one. */
export function* eachLine(
  text: string,
  { separator, comments = false, error }: LineOptions,
): Generator<Line, void> {
  const spaced = separator === ' ';
  const isPadding = (sign: string | undefined): boolean =>
    sign === ' ' || (sign === '\t' && separator !== '\t');
  const isEnd = (sign: string | undefined): boolean => sign === undefined || sign === '\n' || sign === '\r';
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const excel = separatorLine(text);
  at += excel.length;
  const skipPadding = (): void => {
    while (isPadding(text[at])) at++;
  };
  const endOfPlain = (): number => {
    let end = at;
    while (!isEnd(text[end]) && text[end] !== separator && !(spaced && text[end] === '\t')) end++;
    return end;
  };
  for (let number = excel.length ? 2 : 1; at < text.length; number++) {
    const first = number;
    const cells: Cell[] = [];
    for (let more = true; more;) {
      skipPadding();
      if (comments && cells.length === 0 && (text[at] === '#' || text[at] === '%')) {
        while (!isEnd(text[at])) at++;
        break;
      }
      if (text[at] === '"') {
        const end = closingQuote(text, at);
        if (end < 0) throw error('a quotation mark is not closed', number);
        const inside = text.slice(at + 1, end);
        cells.push({ text: inside.replaceAll('""', '"'), quoted: true });
        number += inside.split(lineEnd).length - 1;
        at = end + 1;
        const padded = isPadding(text[at]);
        skipPadding();
        if (!isEnd(text[at]) && text[at] !== separator && !(spaced && padded))
          throw error('text follows a quoted cell', number);
      } else {
        const end = endOfPlain();
        cells.push({ text: text.slice(at, end).trim(), quoted: false });
        at = end;
        if (spaced) skipPadding();
      }
      more = spaced ? !isEnd(text[at]) : text[at] === separator;
      if (more && !spaced) at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (cells.length) yield { number: first, cells };
  }
}

/** The line `sep=;`, which tells Excel the separator, with its line ending; empty if there is none. */
export const separatorLine = (text: string): string =>
  /^\uFEFF?(sep=[,;|\t](?:\r\n|\n|\r))/i.exec(text)?.[1] ?? '';

/** One empty unquoted cell: as text, an empty line. */
export const isEmptyLine = ({ cells }: Line): boolean =>
  cells.length === 1 && !cells[0]!.quoted && cells[0]!.text === '';

/** @throws the result of `error`, unless every line has as many cells as the first */
export function checkWidths(lines: readonly Line[], error: LineError): void {
  const columns = lines[0]?.cells.length;
  const odd = lines.find(({ cells }) => cells.length !== columns);
  if (odd) throw error(`${odd.cells.length} cells, the first line has ${columns}`, odd.number);
}

function closingQuote(text: string, from: number): number {
  for (let at = from + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || text[at + 1] !== '"') return at;
  }
}
