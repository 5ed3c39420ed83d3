/** A matrix of signed numbers as coloured cells: blue below 0, orange above; the diagonal is outlined. */
import type { HeatMap } from '../../runs/index.ts';
import { errorColour, ink, paper, testColour, textWidth } from '../../draw/index.ts';
import type { Spec } from './figure.ts';
import { fontSize, makeFrame, panelWidth, specIn } from './frame.ts';

/** With more columns numbers do not fit their cells. */
const mostNumbers = 7;
/** With more, not every label is shown. */
const mostLabels = 20;
const [leftOfPlot, rightOfPlot] = [48, 16];
const mostHigh = 300;
const highestCell = 56;
/** From this strength on text is set in the colour of the paper. */
const strong = 0.75;

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
  /** From 0 to 1, against the largest number. */
  readonly strength: number;
  readonly text: string;
}

/** Every number with two digits. */
function textOf(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e4) ? value.toExponential(1) : value.toPrecision(2);
  return text.replace('-', '−').replace('e-', 'e−').replace('e+', 'e');
}

export function heatMapCells(values: HeatMap['values']): Cell[] {
  const largest = Math.max(Number.MIN_VALUE, ...values.flat().map(Math.abs));
  return values.flatMap((own, row) =>
    own.map((value, column): Cell => {
      // The root shows small numbers too; colour tells the sign.
      const strength = Number((0.05 + 0.87 * Math.sqrt(Math.abs(value) / largest)).toFixed(3));
      return { row, column, value, strength, text: textOf(value) };
    }),
  );
}

/** Undefined for a matrix without cells. */
export function heatMapSpec({ x: columns, y: rows, values }: HeatMap): Spec | undefined {
  const cells = heatMapCells(values);
  if (!cells.length) return undefined;
  const width = panelWidth - leftOfPlot - rightOfPlot;
  const height = Math.min(mostHigh, highestCell * values.length);
  const frame = makeFrame(height, { left: leftOfPlot, right: rightOfPlot, top: 30 });
  const numbered = columns.labels.length <= mostNumbers;
  const indices = (labels: readonly string[]): number[] => labels.map((_, i) => i);
  const axis = (labels: readonly string[]): Spec => ({
    grid: false,
    ticks: false,
    domain: false,
    labelColor: ink.light,
    labelAngle: 0,
    labelOverlap: labels.length > mostLabels,
    labelExpr: `${JSON.stringify(labels)}[datum.value]`,
  });
  const position = (field: 'row' | 'column', labels: readonly string[], extra: Spec): Spec => ({
    field,
    type: 'ordinal',
    scale: { domain: indices(labels), paddingInner: numbered ? 0.05 : 0, paddingOuter: 0 },
    axis: { ...axis(labels), ...extra },
  });
  const x = position('column', columns.labels, { title: columns.title });
  const y = position('row', rows.labels, { title: rows.title, titleX: 8 - leftOfPlot, titleY: -8 });
  const rects = (own: readonly Cell[], colour: string): Spec => ({
    data: { values: own },
    mark: { type: 'rect', color: colour, cornerRadius: numbered ? 2 : 0 },
    encoding: { x, y, fillOpacity: { field: 'strength', type: 'quantitative', scale: null } },
  });
  const band = width / columns.labels.length;
  const size = cells.every(({ text }) => textWidth(text, fontSize) < band - 6) ? fontSize : fontSize - 2;
  return specIn(frame, [
    rects(
      cells.filter(({ value }) => value < 0),
      testColour.light,
    ),
    rects(
      cells.filter(({ value }) => value >= 0),
      errorColour.light,
    ),
    {
      data: { values: cells.filter(({ row, column }) => row === column) },
      mark: {
        type: 'rect',
        filled: false,
        stroke: ink.light,
        strokeWidth: numbered ? 1.6 : 1,
        cornerRadius: numbered ? 2 : 0,
      },
      encoding: { x, y },
    },
    ...(numbered
      ? [true, false].map((onColour) => ({
          data: { values: cells.filter(({ strength }) => strength >= strong === onColour) },
          mark: { type: 'text', fontSize: size, color: onColour ? paper.light : ink.light },
          encoding: { x, y, text: { field: 'text' } },
        }))
      : []),
  ]);
}
