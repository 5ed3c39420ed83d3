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

type GroupRuns = (runs: readonly FigureRun[]) => readonly ErrorGroup[];

/** The registry of the figures of runs, in page order: those of all runs together, then those of each run. */
const figures = {
  shared: [
    errorCurves,
    lossCurves,
    learningRate,
    finalError,
    (runs) => (runs.length > 1 ? perClassError(runs) : undefined),
  ],
  depth: [trajectories, stepSizes, intervals],
  details: [swapsPerEpoch, (run) => perClassError([run]), confusionMatrix],
} as const satisfies {
  readonly shared: readonly ((runs: readonly FigureRun[], groupsOf: GroupRuns) => Figure | undefined)[];
  readonly depth: readonly ((run: FigureRun) => Figure | undefined)[];
  readonly details: readonly ((run: FigureRun) => Figure | undefined)[];
};

const present = (drawn: readonly (Figure | undefined)[]): Figure[] =>
  drawn.filter((figure) => figure !== undefined);

/** Figures that draw all runs together. */
export const sharedFigures = (runs: readonly FigureRun[], groupsOf: GroupRuns): Figure[] =>
  present(figures.shared.map((figure) => figure(runs, groupsOf)));

/** Figures of one run's depth. */
export const depthFigures = (run: FigureRun): Figure[] => present(figures.depth.map((figure) => figure(run)));

/** Figures of one run's confusions and changes of order. */
export const detailFigures = (run: FigureRun): Figure[] =>
  present(figures.details.map((figure) => figure(run)));

export { claimPanel } from './claim-panel.ts';
export { confusionPicture, type ConfusionPicture } from './confusion.ts';
export { type Figure, type FigureRun, maxLinePoints, type Panel, panelWidth } from './figure.ts';
export type { ErrorGroup } from './final-error.ts';
export { gainsFigure, orderFigure } from './gains.ts';
export { pairedDifferenceFigure } from './paired-difference.ts';
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
export { indexAt, nearest, smooth } from './smooth.ts';
export { type PlainDrawing, type Table, toRecords, vegaLite } from './table-data.ts';
export { sides, tableFigure, talkTablePicture } from './talk-table.ts';
export { errorCurves, lossCurves } from './training-curves.ts';
