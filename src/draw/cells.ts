/** The cells of a heat map as few rectangles. */
import type { CellsMark } from './marks.ts';

/** Cells end on whole pixels, so that neighbours leave no seam, also where they are transparent. */
export const edge = (start: number, size: number, count: number, index: number): number =>
  Math.round(start + (size * index) / count);

/** Neighbours of one row with the same level as one run. */
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
