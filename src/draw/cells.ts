/** Merges the cells of a heat map into few rectangles. */
import type { CellsMark } from './marks.ts';

/** Aligns cells to whole pixels, so that neighbours leave no seam, even if transparent. */
export const edge = (start: number, size: number, count: number, index: number): number =>
  Math.round(start + (size * index) / count);

/** Merges neighbouring cells of a row with the same level. */
export function* cellRuns({
  rows,
  columns,
  levels,
}: Pick<CellsMark, 'rows' | 'columns' | 'levels'>): Generator<{
  level: number;
  row: number;
  from: number;
  to: number;
}> {
  for (let row = 0; row < rows; row++)
    for (let from = 0; from < columns;) {
      const level = levels[row * columns + from]!;
      let to = from + 1;
      while (to < columns && levels[row * columns + to] === level) to++;
      yield { level, row, from, to };
      from = to;
    }
}
