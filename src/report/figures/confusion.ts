/** Which classes are taken for which. */
import { errorColour, fitText, ink, paper, testColour, textWidth } from '../../draw/index.ts';
import type { Figure, FigureRun } from './figure.ts';
import { makeFrame, panelWidth, specIn } from './frame.ts';

/** With more classes neither names nor numbers can be read. */
const mostNamed = 25;

interface Cell {
  readonly true: number;
  readonly predicted: number;
  /** Percent of the images of the true class. */
  readonly share: number;
  readonly strength: number;
  readonly text: string;
}

/** Cells that are not empty. Mistakes are as strong as the greatest of them is; right answers keep a light tint. */
export function confusionCells(confusion: readonly (readonly number[])[]): Cell[] {
  const shares = confusion.map((row) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    return row.map((value) => (total ? (100 * value) / total : 0));
  });
  const greatest = Math.max(1e-9, ...shares.flatMap((row, t) => row.filter((_, p) => p !== t)));
  return shares.flatMap((row, t) =>
    row.flatMap((share, p): Cell[] => {
      if (!(share > 0)) return [];
      const strength = t === p ? 0.16 : 0.04 + 0.88 * (share / greatest) ** 0.7;
      const text = share >= 0.5 ? share.toFixed(0) : '';
      return [
        {
          true: t,
          predicted: p,
          share: Number(share.toFixed(2)),
          strength: Number(strength.toFixed(3)),
          text,
        },
      ];
    }),
  );
}

/** Undefined for a run without a result. */
export function confusionMatrix({ data }: FigureRun): Figure | undefined {
  const { confusion = [], classes = [] } = data.result ?? {};
  const count = confusion.length;
  if (!count || !confusion.flat().some((value) => value > 0)) return undefined;
  const named = count <= mostNamed;
  const size = count > 14 ? 9 : 11;
  const cut = classes.map((name) => fitText(name, size, 84));
  const label = named ? Math.max(...cut.map((name) => textWidth(name, size))) + 8 : 30;
  const side = panelWidth - 24 - label;
  const below = named ? 0.72 * label + 14 : 26;
  const bottom = below + 22;
  const frame = makeFrame(side, { left: label + 16, right: 8, top: 24, bottom });
  const cells = confusionCells(confusion);
  const axis = {
    grid: false,
    ticks: false,
    domain: false,
    labelFontSize: size,
    labelColor: ink.light,
    labelOverlap: !named,
    labelLimit: 0,
    ...(named && { labelExpr: `${JSON.stringify(cut)}[datum.value]` }),
  };
  const indices = confusion.map((_, i) => i);
  const band = { domain: indices, paddingInner: named ? 0.06 : 0, paddingOuter: 0 };
  const x = {
    field: 'predicted',
    type: 'ordinal',
    scale: band,
    axis: {
      ...axis,
      title: 'taken for',
      titleY: below,
      titleBaseline: 'top',
      labelAngle: named ? -45 : 0,
      ...(!named && { values: indices.filter((i) => i % 10 === 0) }),
    },
  };
  const y = {
    field: 'true',
    type: 'ordinal',
    scale: band,
    axis: {
      ...axis,
      title: 'true class',
      titleX: -label - 10,
      titleY: -8,
      ...(!named && { values: indices.filter((i) => i % 10 === 0) }),
    },
  };
  const cellsOf = (right: boolean): Cell[] =>
    cells.filter((cell) => (cell.true === cell.predicted) === right);
  const rects = (right: boolean): Record<string, unknown> => ({
    data: { values: cellsOf(right) },
    mark: { type: 'rect', color: (right ? testColour : errorColour).light, cornerRadius: named ? 2 : 0 },
    encoding: { x, y, fillOpacity: { field: 'strength', type: 'quantitative', scale: null } },
  });
  const numbers = (strong: boolean): Record<string, unknown> => ({
    data: { values: cells.filter(({ text, strength }) => text && strength > 0.75 === strong) },
    mark: { type: 'text', fontSize: size, color: strong ? paper.light : ink.light },
    encoding: { x, y, text: { field: 'text' } },
  });
  const worst = cellsOf(false)
    .sort((a, b) => b.share - a.share)
    .slice(0, 3);
  const told = worst.map(
    ({ share, ...cell }) =>
      `${classes[cell.true] ?? cell.true} taken for ${classes[cell.predicted] ?? cell.predicted} ${share.toFixed(1)} %`,
  );
  return {
    id: 'confusion',
    title: 'What is taken for what',
    caption: `Of the test images of each class (row), how many percent were taken for which class (column). Right answers are tinted blue; mistakes orange, the deeper the more frequent${named ? '; below 0.5 % the number is left out' : `; ${count} classes, numbered`}.${told[0] ? ` Most frequent mistake: ${told[0]}.` : ''}`,
    alt: `Confusion matrix of ${count} classes. Most frequent mistakes: ${told.join('; ') || 'none'}.`,
    panels: [
      {
        id: 'confusion',
        spec: specIn(frame, [rects(true), rects(false), ...(named ? [numbers(false), numbers(true)] : [])]),
      },
    ],
  };
}
