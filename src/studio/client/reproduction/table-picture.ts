/** The talk's errors beside ours, network by network. */
import {
  fitText,
  type Mark,
  type Picture,
  plot,
  series as colours,
  textWidth,
  type Theme,
} from '../../../draw/index.ts';
import { mainArm } from '../../../report/reproduction/tables.ts';
import type { Reproduction } from '../../../runs/index.ts';

const rowHeight = 34;
export const sides = [
  { scheme: 'vanilla', key: 'vanilla', colour: colours[5]! },
  { scheme: 'mean-field', key: 'meanField', colour: colours[0]! },
] as const;

export const pictureHeight = ({ rows }: Reproduction): number => rows.length * rowHeight + 52;

export function reproductionPicture({ rows }: Reproduction, width: number, theme: Theme): Picture {
  const height = rows.length * rowHeight + 52;
  const label = Math.min(width * 0.34, Math.max(...rows.map(({ network }) => textWidth(network, 12.5))) + 10);
  const values = rows.flatMap((row) => [
    ...(row.talk ? [row.talk.vanilla, row.talk.meanField] : []),
    ...sides.flatMap(({ scheme }) => {
      const error = mainArm(row, scheme)?.error;
      return error ? [error.mean - (error.standardError ?? 0), error.mean + (error.standardError ?? 0)] : [];
    }),
  ]);
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const pad = (high - low) * 0.06 || 1;
  const frame = plot(
    {
      x: label,
      y: 0,
      width: width - label,
      height,
      horizontal: { from: low - pad, to: high + pad, title: 'error in %' },
      vertical: { from: 0, to: rows.length, bare: true },
    },
    theme,
  );
  const marks: Mark[] = [];
  rows.forEach((row, i) => {
    const middle = frame.sy(rows.length - i - 0.5);
    marks.push({
      kind: 'text',
      x: label - 2,
      y: middle,
      text: fitText(row.network, 12.5, label),
      size: 12.5,
      fill: row.arms.length ? theme.ink : theme.muted,
      anchor: 'end',
      baseline: 'middle',
    });
    marks.push({
      kind: 'path',
      points: [frame.left, middle, frame.left + frame.width, middle],
      stroke: theme.grid,
    });
    sides.forEach(({ scheme, key, colour }, j) => {
      const y = middle + (j - 0.5) * 11;
      const stroke = colour[theme.name];
      if (row.talk)
        marks.push({
          kind: 'dots',
          x: [frame.sx(row.talk[key])],
          y: [y],
          radius: 4,
          stroke,
          lineWidth: 1.6,
          fill: theme.plane,
        });
      const error = mainArm(row, scheme)?.error;
      if (!error) return;
      const spread = error.standardError ?? 0;
      marks.push({
        kind: 'path',
        points: [frame.sx(error.mean - spread), y, frame.sx(error.mean + spread), y],
        stroke,
        lineWidth: 3,
        opacity: 0.4,
      });
      marks.push({
        kind: 'dots',
        x: [frame.sx(error.mean)],
        y: [y],
        radius: 4.5,
        fill: stroke,
        stroke: theme.plane,
        lineWidth: 1,
      });
    });
  });
  return {
    width,
    height,
    background: theme.paper,
    marks: [...frame.frame, ...marks],
    description: "the talk's table beside ours",
  };
}
