/**
 * The mean-field model: flow and adjoint, families f, measures rho, functional gradient, schedules.
 *
 * @module meanfield/mean-field
 */
export { type Block, sliceOf } from './block.ts';
export {
  adjointFlow,
  flow,
  identity,
  type Projection,
  projectPositive,
  type Slice,
  type StepSize,
  trajectory,
} from './flow.ts';
export { countTies, sortedOrder, type Swap, swapBetween } from './order.ts';
export { createSchedule } from './schedules/create.ts';
export {
  lastTaus,
  type Schedule,
  type ScheduleOptions,
  type ScheduleSnapshot,
  type Scheme,
  schemes,
  tauStarts,
} from './schedules/schedule.ts';
export { breakGradient } from './break-gradient.ts';
export { type BackwardSolution, continuousAdjoint } from './continuous-adjoint.ts';
export { denseFlow, type DenseFlowOptions, velocityField } from './dense-flow.ts';
export * from './dynamics/index.ts';
export * from './expansion/index.ts';
export * from './families/index.ts';
export { functionalGradient, type FunctionalGradient, stepAt } from './functional-gradient.ts';
export {
  energy,
  flowGradient,
  type FlowGradient,
  type FlowOptions,
  particleGradient,
  type ParticleGradient,
  predict,
  type PredictOptions,
  type Solution,
  solve,
  solveFlow,
  type SolveFlowOptions,
} from './gradient.ts';
export * from './integrators/index.ts';
export * from './kernel/index.ts';
export { crossEntropyLoss, type Loss, noLoss, oneHot, squaredLoss } from './losses.ts';
export * from './measures/index.ts';
export type { FlowInput, InnerLoss, Problem } from './problem.ts';
