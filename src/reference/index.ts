/** The reference: plain float64 TypeScript without imports, slow and obvious, against which every fast path is tested. */
export { activation, activations, type Activation, type ActivationName } from './activation.ts';
export { adamState, adamStep, type AdamOptions, type AdamState } from './adam.ts';
export {
  addScaled,
  chain,
  denseArray,
  inner,
  row,
  scaled,
  sizeOf,
  type DenseArray,
  type Differentiable,
  type Evaluated,
} from './array.ts';
export { averagePool } from './average-pool.ts';
export {
  batchNorm,
  batchNormDefaults,
  batchNormEval,
  updateRunningStatistics,
  type BatchNorm,
  type BatchStatistics,
} from './batch-norm.ts';
export type { Block } from './block.ts';
export { conv2d, type Conv2d, type Conv2dOptions } from './conv2d.ts';
export { crossEntropy, type CrossEntropy } from './cross-entropy.ts';
export { erf } from './erf.ts';
export { family, type Family, type FamilyName } from './families.ts';
export { familyBlock } from './family-block.ts';
export {
  adjoint,
  flow,
  flowGradient,
  functionalGradient,
  functionalGradientSlope,
  gradientFlowStep,
  loss,
  uniformMeasure,
  type FlowGradient,
  type GridMeasure,
  type Problem,
} from './flow.ts';
export { runIntervals } from './intervals.ts';
export { linear, type Linear } from './linear.ts';
export { numericalGradient, relativeError } from './numeric-gradient.ts';
export { projections, type ProjectionName } from './projections.ts';
export { seededNormal, seededUniform } from './random.ts';
export {
  batchNormLayers,
  initialBuffers,
  initialParameters,
  parameterShapes,
  stagesOf,
  type ResNetSpec,
  type StageSpec,
} from './resnet-spec.ts';
export {
  evaluate,
  lossAndGradient,
  networkLoss,
  updateBuffers,
  type LossAndGradient,
  type LossOptions,
} from './resnet.ts';
export {
  clipTau,
  initialSchedule,
  sortByTau,
  swaps,
  type ScheduleParameters,
  type SchemeName,
} from './schedule.ts';
export { runStage, type EvaluatedStage, type StageOptions } from './schemes.ts';
export { sgdStep, type SgdOptions, type SgdState } from './sgd.ts';
export { shortcutA } from './shortcut.ts';
