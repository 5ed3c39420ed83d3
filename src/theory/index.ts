/**
 * The claims of the talk as computations, and their shared tools.
 *
 * @module meanfield/theory
 */
export { atLeast, atMost, within } from './check.ts';
export { type Claim, type ClaimOptions, measureClaim, type Outcome, type ClaimContext } from './claim.ts';
export { claims } from './claims/index.ts';
export { type Fashion, loadFashion } from './fashion.ts';
export { type Fit, fitLine, fitPower, mean, median, rms } from '../stats/index.ts';
export { jacobians, spectralNorms } from './jacobian.ts';
export {
  type Axes,
  sweep,
  type SweepModule,
  type SweepOptions,
  type SweepProcesses,
  type SweepProgress,
} from './sweep.ts';
export { rowsToArrays, rowsToCsv, summarise, type SweepRow, writeRows } from './table.ts';
export {
  chooseClaims,
  type SeededResult,
  type Task,
  verify,
  type VerifyOptions,
  type VerifyProgress,
} from './verify.ts';
export type { Axis, Check, ClaimPanel, ClaimResult, Series } from '../runs/index.ts';
