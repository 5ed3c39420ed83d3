/** Which class was taken for which, as a map of cells. */
import {
  fitText,
  inkOn,
  type Mark,
  type Picture,
  rampThrough,
  sequentialLevel,
  textWidth,
  type Theme,
} from '../../../draw/index.ts';

export interface ConfusionDrawing {
  readonly picture: Picture;
  /** The cell under a place, as [true class, predicted class]. */
  readonly cellAt: (x: number, y: number) => readonly [number, number] | undefined;
}

export interface Confused {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  readonly share: number;
}

/** Wrong pairs with most images first. */
export function largestConfusions(confusion: readonly (readonly number[])[], most: number): Confused[] {
  return confusion
    .flatMap((row, from) => {
      const total = row.reduce((sum, images) => sum + images, 0);
      return row.map((images, to) => ({ from, to, images, share: total ? images / total : 0 }));
    })
    .filter(({ from, to, images }) => from !== to && images > 0)
    .sort((a, b) => b.images - a.images || a.from - b.from || a.to - b.to)
    .slice(0, most);
}

/** Of a name that stands upright, in px. */
const longestName = 110;

/** Names are written where the cells leave room for them. */
export function confusionPicture(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  width: number,
  theme: Theme,
): ConfusionDrawing {
  const n = confusion.length;
  const named = n <= 20;
  const left = named
    ? Math.min(width * 0.26, Math.max(...classes.map((name) => textWidth(name, 12))) + 10)
    : 26;
  const cell = Math.min((width - left - 2) / n, 56);
  const size = cell * n;
  const widest = Math.max(0, ...classes.map((name) => textWidth(name, 12)));
  // Where names do not stand beside each other, they stand upright.
  const upright = named && widest > cell - 4;
  const top = upright ? Math.min(widest, longestName) + 12 : 24;
  const height = top + size + 2;
  const totals = confusion.map((row) => row.reduce((sum, images) => sum + images, 0));
  const ramp = rampThrough([theme.plane, theme.series[0] ?? theme.ink], 33);
  // Even where most is right, what is wrong is to be seen: roots of shares, the background for none.
  const levels = new Uint8Array(n * n);
  confusion.forEach((row, i) => {
    row.forEach((images, j) => {
      levels[i * n + j] =
        images === 0
          ? 0
          : 1 + sequentialLevel(Math.sqrt(images / Math.max(totals[i] ?? 1, 1)), 0, 1, ramp.length);
    });
  });
  const text = { kind: 'text', size: 12, fill: theme.muted } as const;
  const marks: Mark[] = [
    {
      kind: 'cells',
      x: left,
      y: top,
      width: size,
      height: size,
      rows: n,
      columns: n,
      levels,
      ramp: [theme.plane, ...ramp],
    },
  ];
  if (named)
    classes.forEach((name, i) => {
      marks.push({
        ...text,
        x: left - 6,
        y: top + (i + 0.5) * cell,
        text: fitText(name, 12, left - 8),
        anchor: 'end',
        baseline: 'middle',
      });
      const above = { ...text, x: left + (i + 0.5) * cell, y: top - 6 };
      marks.push(
        upright
          ? { ...above, text: fitText(name, 12, longestName), upright, baseline: 'middle' }
          : { ...above, text: name, anchor: 'middle' },
      );
    });
  else {
    marks.push({ ...text, x: left + size / 2, y: top - 8, text: 'predicted', anchor: 'middle' });
    marks.push({ ...text, x: 0, y: top - 8, text: 'true ↓' });
  }
  if (cell >= 22)
    confusion.forEach((row, i) => {
      row.forEach((images, j) => {
        if (!images) return;
        const colour = ramp[(levels[i * n + j] ?? 1) - 1] ?? theme.plane;
        marks.push({
          kind: 'text',
          x: left + (j + 0.5) * cell,
          y: top + (i + 0.5) * cell,
          text: String(images),
          size: cell > 30 ? 11 : 9.5,
          fill: inkOn(colour),
          anchor: 'middle',
          baseline: 'middle',
        });
      });
    });
  return {
    picture: {
      width,
      height,
      background: theme.paper,
      marks,
      description: `confusion matrix of ${n} classes`,
    },
    cellAt: (x, y) => {
      const [j, i] = [Math.floor((x - left) / cell), Math.floor((y - top) / cell)];
      return i >= 0 && j >= 0 && i < n && j < n ? [i, j] : undefined;
    },
  };
}
