/** Pictures of runs, claims and grids: data, theme and width in, picture out. No DOM, no Node. */
import type { ErrorGroup } from './final-error.ts';
import { confusionMatrix } from './confusion.ts';
import type { Figure, FigureRun } from './figure.ts';
import { finalError } from './final-error.ts';
import { intervals } from './intervals.ts';
import { perClassError } from './per-class-error.ts';
import { stepSizes } from './step-sizes.ts';
import { swapsPerEpoch } from './swaps.ts';
import { errorCurves, learningRate, lossCurves } from './training-curves.ts';
import { trajectories } from './trajectories.ts';

const present = (figures: readonly (Figure | undefined)[]): Figure[] =>
  figures.filter((figure) => figure !== undefined);

/** Figures that draw all runs together, in page order. */
export function sharedFigures(
  runs: readonly FigureRun[],
  groupsOf: (runs: readonly FigureRun[]) => readonly ErrorGroup[],
): Figure[] {
  const several = runs.length > 1;
  return present([
    errorCurves(runs),
    lossCurves(runs),
    learningRate(runs),
    several ? finalError(runs, groupsOf) : undefined,
    several ? perClassError(runs) : undefined,
  ]);
}

/** Figures of one run's depth. */
export function depthFigures(run: FigureRun): Figure[] {
  return present([trajectories(run), stepSizes(run), intervals(run)]);
}

/** Figures of one run's confusions and changes of order. */
export function detailFigures(run: FigureRun): Figure[] {
  return present([swapsPerEpoch(run), perClassError([run]), confusionMatrix(run)]);
}

export { claimPanel } from './claim-panel.ts';
export { confusionPicture, type ConfusionPicture } from './confusion.ts';
export { type Figure, type FigureRun, maxLinePoints, type Panel, panelWidth } from './figure.ts';
export type { ErrorGroup } from './final-error.ts';
export { gainsFigure, orderFigure } from './gains.ts';
export { heatMapPanel } from './heat-map.ts';
export {
  cursorLine,
  cursorMarks,
  type DrawnLines,
  drawLines,
  type LineAxis,
  type Lines,
  linesTable,
  type Series,
  titledLines,
} from './lines.ts';
export { lowered, mathText, raised, withSigns } from './math-text.ts';
export { nearest, smooth } from './smooth.ts';
export { type PlainDrawing, type Table, toRecords, vegaLite } from './table-data.ts';
export { sides, tableFigure, talkTablePicture } from './talk-table.ts';
export { errorCurves, lossCurves } from './training-curves.ts';
