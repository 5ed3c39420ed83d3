/** A matrix of signed numbers as coloured cells: blue below 0, orange above; the diagonal is outlined. */
import { errorColour, type Mark, testColour, textWidth } from '../draw/index.ts';
import type { HeatMap } from '../runs/index.ts';
import { chart } from './chart.ts';
import type { Panel } from './figure.ts';

/** With more columns, numbers do not fit the cells. */
const maxNumberedColumns = 7;
/** With more rows or columns, not every label is shown. */
const maxLabels = 20;
const maxHeight = 300;
const maxCellHeight = 56;
/** From this strength on, text has the colour of the paper. */
const strong = 0.75;
const fontSize = 12;

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
  /** From 0 to 1, relative to the largest number. */
  readonly strength: number;
  readonly text: string;
}

/** Formats a number with two digits. */
function textOf(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e4) ? value.toExponential(1) : value.toPrecision(2);
  return text.replace('-', '−').replace('e-', 'e−').replace('e+', 'e');
}

export function heatMapCells(values: HeatMap['values']): Cell[] {
  const largest = Math.max(Number.MIN_VALUE, ...values.flat().map(Math.abs));
  return values.flatMap((own, row) =>
    own.map((value, column): Cell => {
      // The square root makes small numbers visible; the colour shows the sign.
      const strength = 0.05 + 0.87 * Math.sqrt(Math.abs(value) / largest);
      return { row, column, value, strength, text: textOf(value) };
    }),
  );
}

/** All labels, or every n-th if there are many. */
const thinned = (labels: readonly string[]): string[] => {
  const stride = Math.ceil(labels.length / maxLabels);
  return labels.map((label, i) => (i % stride ? '' : label));
};

/** Returns undefined for a matrix without cells. */
export function heatMapPanel({ title, x: columns, y: rows, values }: HeatMap): Panel | undefined {
  const cells = heatMapCells(values);
  if (!cells.length) return undefined;
  const numbered = columns.labels.length <= maxNumberedColumns;
  const gap = numbered ? 0.05 : 0;
  const radius = numbered ? 2 : 0;
  return {
    id: 'panel',
    draw: (theme, width) =>
      chart(
        {
          width,
          height: Math.min(maxHeight, maxCellHeight * values.length),
          margins: { left: 48 },
          yTitle: rows.title,
          horizontal: { bands: thinned(columns.labels), title: columns.title, gap, size: fontSize },
          vertical: { bands: thinned(rows.labels), gap, size: fontSize },
          description: title,
        },
        theme,
        ({ sx, sy, bandX, bandY }) => {
          const size = cells.every(({ text }) => textWidth(text, fontSize) < bandX - 2)
            ? fontSize
            : fontSize - 2;
          return cells.flatMap(({ row, column, value, strength, text }): Mark[] => {
            const at = {
              x: sx(column) - bandX / 2,
              y: sy(row) - bandY / 2,
              width: bandX,
              height: bandY,
              radius,
            };
            const fill = (value < 0 ? testColour : errorColour)[theme.name];
            return [
              { kind: 'rect', ...at, fill, opacity: strength },
              ...(row === column
                ? [{ kind: 'rect', ...at, stroke: theme.ink, lineWidth: numbered ? 1.6 : 1 } as const]
                : []),
              ...(numbered
                ? [
                    {
                      kind: 'text',
                      x: sx(column),
                      y: sy(row),
                      text,
                      size,
                      fill: strength >= strong ? theme.paper : theme.ink,
                      anchor: 'middle',
                      baseline: 'middle',
                    } as const,
                  ]
                : []),
            ];
          });
        },
      ),
    table: {
      header: [rows.title, columns.title, 'value'],
      rows: cells.map(({ row, column, value }) => [rows.labels[row], columns.labels[column], value]),
    },
    plain: { mark: 'rect', x: columns.title, y: rows.title, colour: 'value' },
  };
}
