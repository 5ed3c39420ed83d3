/** All figures of a report, in the order of the page. */
import { confusionMatrix } from './confusion.ts';
import { errorCurves } from './error-curves.ts';
import type { Figure, FigureRun } from './figure.ts';
import { finalError } from './final-error.ts';
import { intervals } from './intervals.ts';
import { learningRate } from './learning-rate.ts';
import { lossCurves } from './loss-curves.ts';
import { perClassError } from './per-class-error.ts';
import { stepSizes } from './step-sizes.ts';
import { swapsPerEpoch } from './swaps.ts';
import { tauTrajectories } from './tau-trajectories.ts';

const present = (figures: readonly (Figure | undefined)[]): Figure[] =>
  figures.filter((figure) => figure !== undefined);

/** Figures in which the runs are drawn together. */
export function sharedFigures(runs: readonly FigureRun[]): Figure[] {
  const several = runs.length > 1;
  return present([
    errorCurves(runs),
    lossCurves(runs),
    learningRate(runs),
    several ? finalError(runs) : undefined,
    several ? perClassError(runs) : undefined,
  ]);
}

/** Figures of one run: depth first. */
export function depthFigures(run: FigureRun): Figure[] {
  return present([tauTrajectories(run), stepSizes(run), intervals(run)]);
}

/** Figures of one run: what it does, and how it got there. */
export function detailFigures(run: FigureRun): Figure[] {
  return present([swapsPerEpoch(run), perClassError([run]), confusionMatrix(run)]);
}

export { type Figure, type FigureRun, type Panel, type Spec } from './figure.ts';
export {
  confusionMatrix,
  errorCurves,
  finalError,
  intervals,
  learningRate,
  lossCurves,
  perClassError,
  stepSizes,
  swapsPerEpoch,
  tauTrajectories,
};
