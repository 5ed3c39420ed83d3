/** Detects the separator and the decimal sign of a table from its text. */
import { eachLine, isEmptyLine, type Separator, separatorLine, separators } from './cells.ts';

const point = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const comma = /^[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?$/i;

/**
 * The value of an unquoted cell as a number; undefined for other text. Accepts Python's `inf` and `nan`. Unless commas
 * separate cells, `1,5` is 1.5.
 */
export function numberOfCell(text: string, separator: Separator = ','): number | undefined {
  if (separator !== ',' && comma.test(text)) return Number(text.replace(',', '.'));
  if (!point.test(text)) return undefined;
  if (/nan$/i.test(text)) return NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** The separator is detected from this many lines. */
const sampled = 50;

/**
 * The separator that splits the first line and yields the most numbers over all lines, in columns that are numeric in
 * most of them. Without numbers, one that gives every line the same number of cells; a comma otherwise. A first line
 * `sep=;` decides.
 */
export function separatorOf(text: string, allowed: readonly Separator[] = separators): Separator {
  const said = separatorLine(text)[4];
  const excel = allowed.find((one) => one === said);
  if (excel !== undefined) return excel;
  let best: Separator = ',';
  let highest: Score = [0, 0, 0];
  for (const separator of allowed) {
    const score = scoreOf(firstLines(text, separator), separator);
    if (isHigher(score, highest)) [best, highest] = [separator, score];
  }
  return best;
}

/** Count of numbers, their share of the cells, and the number of lines if all have the same number of cells. */
type Score = readonly [number, number, number];

function scoreOf(rows: readonly (readonly string[])[], separator: Separator): Score {
  if ((rows[0]?.length ?? 0) < 2) return [0, 0, 0];
  const widths = rows.map((cells) => cells.length).filter((width) => width > 1);
  const medianWidth = widths.sort((a, b) => a - b)[widths.length >> 1];
  const regular = rows.filter((cells) => cells.length === medianWidth);
  const cells = regular.flat();
  const numbers = cells.filter((cell) => Number.isFinite(numberOfCell(cell, separator))).length;
  return [numbers, numbers / cells.length, regular.length === rows.length ? rows.length : 0];
}

function isHigher(score: Score, other: Score): boolean {
  const place = score.findIndex((value, i) => value !== other[i]);
  return place >= 0 && score[place]! > other[place]!;
}

/** The cells of the first lines, up to the first damaged one. */
function firstLines(text: string, separator: Separator): string[][] {
  const rows: string[][] = [];
  const stop = new Error('damaged');
  try {
    for (const line of eachLine(text, { separator, comments: true, error: () => stop })) {
      if (!isEmptyLine(line)) rows.push(line.cells.map((cell) => cell.text));
      if (rows.length === sampled) break;
    }
  } catch (error) {
    if (error !== stop) throw error;
  }
  return rows;
}
