/** A legend above the plot, in lines that are filled from the left, with the very marks of the series. */
import { fitText, ink, textWidth } from '../../draw/index.ts';
import type { Spec } from './figure.ts';
import { fontSize, legendRow } from './frame.ts';
import type { Look } from './series-marks.ts';

/** Length of the piece of line, and the room to its label and to the next entry, in px. */
const [sample, toLabel, between] = [24, 7, 18];

export interface PlacedLabel {
  readonly text: string;
  readonly x: number;
  readonly row: number;
}

/** Where each label stands in `width` px; a label that is too long is cut. */
export function placeLabels(names: readonly string[], width: number): PlacedLabel[] {
  let [x, row] = [0, 0];
  return names.map((name) => {
    const text = fitText(name, fontSize, width - sample - toLabel);
    const needed = sample + toLabel + textWidth(text, fontSize);
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const placed = { text, x, row };
    x += needed + between;
    return placed;
  });
}

/** Layers of the legend; its first line is at `top` px, its left edge at `left` px of the plot's frame. */
export function legendLayers(
  labels: readonly PlacedLabel[],
  looks: readonly Look[],
  { left, top }: { readonly left: number; readonly top: number },
): Spec[] {
  return labels.flatMap(({ text, x, row }, i) => {
    const look = looks[i];
    const [from, y] = [left + x, { value: top + row * legendRow }];
    const data = { values: [{}] };
    return [
      ...(look?.line
        ? [
            {
              data,
              mark: { ...look.line, type: 'rule' },
              encoding: { x: { value: from }, x2: { value: from + sample }, y },
            },
          ]
        : []),
      ...(look?.marker
        ? [{ data, mark: look.marker, encoding: { x: { value: from + sample / 2 }, y } }]
        : []),
      {
        data,
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize, fill: ink.light },
        encoding: { x: { value: from + sample + toLabel }, y, text: { value: text } },
      },
    ];
  });
}
