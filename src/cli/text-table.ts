/** Text tables that fit the terminal. */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { tableWidth, visible } from './terminal.ts';

const gap = '  ';
/** Minimum width of a column of words; below it rows become lists. */
const narrowest = 10;

/** Wraps between words; a longer word breaks after `-` or `/`, or else anywhere. A number keeps its `%`. */
function fold(text: string, width: number): string[] {
  const words = text.replace(/(\d) %/g, '$1\u00a0%').split(' ');
  const breakable = words.map((word) => (stringWidth(word) > width ? pieces(word, width).join('\n') : word));
  return wrapAnsi(breakable.join(' '), width, { hard: true }).replaceAll('\u00a0', ' ').split('\n');
}

/** Parts of a word that end with `-` or `/`, joined as far as the width allows. */
function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  for (const part of word.split(/(?<=[-/])/)) {
    const joined = (found.at(-1) ?? '') + part;
    if (found.length > 0 && stringWidth(joined) <= width) found[found.length - 1] = joined;
    else found.push(part);
  }
  return found;
}

const pad = (text: string, width: number, right: boolean): string => {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
};
const longestWord = (text: string): number => Math.max(...text.split(' ').map((word) => stringWidth(word)));

/**
 * Columns of text under a header; numbers are right-aligned. If the table is wider than `width`, cells wrap; if that is
 * not enough, each row becomes a list of its cells.
 *
 * @param width - default: that of the terminal, see {@link tableWidth}
 */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width = tableWidth(),
): string {
  const titles = header.map(visible);
  const cells = rows.map((row) => header.map((_, column) => visible(row[column] ?? '')));
  const numeric = titles.map((_, column) =>
    cells.every((row) => /^[-+\d.%]*( ?\S{0,3})?$/.test(row[column] ?? '')),
  );
  const content = titles.map((_, column) =>
    Math.max(0, ...cells.map((row) => stringWidth(row[column] ?? ''))),
  );
  const natural = content.map((max, column) => Math.max(max, stringWidth(titles[column] ?? '')));
  const minWidths = content.map((max, column) =>
    Math.min(
      natural[column] ?? 0,
      Math.max(longestWord(titles[column] ?? ''), numeric[column] ? max : narrowest),
    ),
  );
  const widths = narrowed(natural, minWidths, width - gap.length * (header.length - 1));
  if (widths === undefined) return lists(titles, cells, width);
  const lines = (row: readonly string[]): string[] => {
    const folded = row.map((cell, column) => fold(cell, widths[column] ?? 1));
    return Array.from({ length: Math.max(...folded.map((cell) => cell.length)) }, (_, i) =>
      folded
        .map((cell, column) => pad(cell[i] ?? '', widths[column] ?? 0, numeric[column] ?? false))
        .join(gap)
        .trimEnd(),
    );
  };
  const rule = widths.map((one) => '-'.repeat(one)).join(gap);
  return [...lines(titles), rule, ...cells.flatMap(lines)].join('\n');
}

/** Column widths of at most `total` together, reducing the widest columns first; undefined if that is impossible. */
function narrowed(
  natural: readonly number[],
  minWidths: readonly number[],
  total: number,
): readonly number[] | undefined {
  const widths = [...natural];
  const sum = (of: readonly number[]): number => of.reduce((all, one) => all + one, 0);
  if (sum(minWidths) > total) return undefined;
  while (sum(widths) > total) {
    let widest = -1;
    for (const [column, one] of widths.entries())
      if (one > (minWidths[column] ?? 0) && one > (widths[widest] ?? 0)) widest = column;
    widths[widest]!--;
  }
  return widths;
}

/** One `title: cell` per line, with an empty line between rows. */
const lists = (titles: readonly string[], cells: readonly (readonly string[])[], width: number): string =>
  cells
    .map((row) =>
      row
        .flatMap((cell, column) => {
          const title = titles[column];
          return cell === '' ? [] : fold(title ? `${title}: ${cell}` : cell, width);
        })
        .join('\n'),
    )
    .join('\n\n');
