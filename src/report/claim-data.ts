/** The numbers of a claim's panels as CSV and as NumPy's .npz. */
import { type NpyArray, numberCell } from '../io/index.ts';
import type { ClaimPanel } from '../runs/index.ts';

/** One row per point: series, x, y, and the spread if known. */
export function panelCsv({ x, y, series }: ClaimPanel): string {
  const cell = (value: number | undefined): string => (value === undefined ? '' : numberCell(value));
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const head = ['series', quote(x.title), quote(y.title), 'low', 'high'].join(',');
  const rows = series.flatMap(({ name, points }) =>
    points.map(([px, py, low, high]) => [quote(name), ...[px, py, low, high].map(cell)].join(',')),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

/**
 * One array per series, named `panel1/Euler`: [points, 4] with columns x, y, low, high; NaN for an unknown spread. A
 * slash in a series name becomes `|`, and a duplicate name gets a number.
 */
export function panelArrays(panels: readonly ClaimPanel[]): Map<string, NpyArray> {
  const arrays = new Map<string, NpyArray>();
  panels.forEach(({ series }, i) => {
    for (const { name, points } of series) {
      const wanted = `panel${i + 1}/${name.replaceAll(/[/\\\0]/g, '|') || 'series'}`;
      let key = wanted;
      for (let n = 2; arrays.has(key); n++) key = `${wanted} ${n}`;
      const data = points.flatMap(([x, y, low = NaN, high = NaN]) => [x, y, low, high]);
      arrays.set(key, { shape: [points.length, 4], data: Float64Array.from(data) });
    }
  });
  return arrays;
}
