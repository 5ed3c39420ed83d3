/** The confusion matrix. */
import {
  errorColour,
  fitText,
  type Mark,
  type Picture,
  testColour,
  textWidth,
  type Theme,
} from '../draw/index.ts';
import { chart } from './chart.ts';
import type { Figure, FigureRun } from './figure.ts';

/** With more classes, names and numbers are not legible. */
const maxNamed = 25;
/** Largest side of the matrix in px. */
const maxSide = 560;

interface Cell {
  readonly true: number;
  readonly predicted: number;
  readonly images: number;
  /** Percent of the images of the true class. */
  readonly share: number;
  /** From 0 to 1. */
  readonly strength: number;
}

/**
 * The cells that are not empty. The strength of a confusion is relative to the most frequent one; correct answers
 * have a light tint.
 */
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
      return [{ true: t, predicted: p, images: confusion[t]?.[p] ?? 0, share, strength }];
    }),
  );
}

export interface ConfusionPicture {
  readonly picture: Picture;
  /** The true and the predicted class at a position in the picture. */
  readonly cellAt: (x: number, y: number) => readonly [number, number] | undefined;
}

/** A square picture with a row for each true class. */
export function confusionPicture(
  classes: readonly string[],
  confusion: readonly (readonly number[])[],
  width: number,
  theme: Theme,
): ConfusionPicture {
  const count = confusion.length;
  const named = count <= maxNamed;
  const size = count > 14 ? 9 : 11;
  const cut = classes.map((name) => fitText(name, size, 84));
  const label = named ? Math.max(...cut.map((name) => textWidth(name, size))) + 10 : 30;
  const side = Math.min(width - label - 16, maxSide);
  const margins = {
    left: label + 8,
    right: width - label - 8 - side,
    bottom: (named ? 0.72 * label + 14 : 24) + 18,
  };
  const labels = confusion.map((_, i) => (named ? (cut[i] ?? '') : i % 10 ? '' : String(i)));
  const bands = { bands: labels, gap: named ? 0.06 : 0, size };
  let cellAt: ConfusionPicture['cellAt'] = () => undefined;
  const picture = chart(
    {
      width,
      height: side,
      margins,
      yTitle: 'true class',
      horizontal: { ...bands, title: 'predicted class', slanted: named },
      vertical: bands,
      description: `confusion matrix of ${count} classes`,
    },
    theme,
    ({ sx, sy, bandX, bandY, invert }) => {
      cellAt = (x, y) => {
        const [predicted, truth] = invert(x, y);
        return [truth, predicted].every((i) => i >= 0 && i < count) ? [truth, predicted] : undefined;
      };
      return confusionCells(confusion).flatMap(({ true: t, predicted, share, strength }): Mark[] => {
        const [x, y] = [sx(predicted), sy(t)];
        const fill = (t === predicted ? testColour : errorColour)[theme.name];
        return [
          {
            kind: 'rect',
            x: x - bandX / 2,
            y: y - bandY / 2,
            width: bandX,
            height: bandY,
            radius: named ? 2 : 0,
            fill,
            opacity: strength,
          },
          ...(named && share >= 0.5
            ? [
                {
                  kind: 'text',
                  x,
                  y,
                  text: share.toFixed(0),
                  size,
                  fill: strength > 0.75 ? theme.paper : theme.ink,
                  anchor: 'middle',
                  baseline: 'middle',
                } as const,
              ]
            : []),
        ];
      });
    },
  );
  return { picture, cellAt };
}

/** Undefined for a run without a result. */
export function confusionMatrix({ data }: FigureRun): Figure | undefined {
  const { confusion = [], classes = [] } = data.result ?? {};
  const count = confusion.length;
  if (!count || !confusion.flat().some((value) => value > 0)) return undefined;
  const named = count <= maxNamed;
  const nameOf = (i: number): string => classes[i] ?? String(i);
  const cells = confusionCells(confusion);
  const phrases = cells
    .filter((cell) => cell.true !== cell.predicted)
    .sort((a, b) => b.share - a.share)
    .slice(0, 3)
    .map(
      ({ share, ...cell }) =>
        `${nameOf(cell.true)} predicted as ${nameOf(cell.predicted)} ${share.toFixed(1)} %`,
    );
  return {
    id: 'confusion',
    title: 'Confusion matrix',
    caption: `Percentage of the test images of each class (row) that are predicted as each class (column). Correct predictions are blue, mistakes orange, darker if more frequent${named ? '; numbers below 0.5 % are omitted' : `; ${count} classes, numbered`}.${phrases[0] ? ` Most frequent mistake: ${phrases[0]}.` : ''}`,
    alt: `Confusion matrix of ${count} classes. Most frequent mistakes: ${phrases.join('; ') || 'none'}.`,
    panels: [
      {
        id: 'confusion',
        draw: (theme, width) => confusionPicture(classes, confusion, width, theme).picture,
        table: {
          header: ['true', 'predicted', 'images', 'percent'],
          rows: cells.map((cell) => [nameOf(cell.true), nameOf(cell.predicted), cell.images, cell.share]),
        },
        plain: { mark: 'rect', x: 'predicted', y: 'true', colour: 'percent' },
      },
    ],
  };
}
