/**
 * The reference: plain float64 TypeScript without imports, slow and obvious. Tests compare every fast path with
 * it.
 *
 * @module meanfield/reference
 */
export { activation, activations, type Activation, type ActivationName } from './activation.ts';
export { activationSeries } from './activation-series.ts';
export { adamState, adamStep, type AdamOptions, type AdamState } from './adam.ts';
export { algorithmOne, type AlgorithmOptions, type AlgorithmPoint } from './algorithm-one.ts';
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
export { insertParticles, lineSearch, minimiseOverBall, type BallMinimum } from './descent.ts';
export { erf } from './erf.ts';
export { expandFlow } from './expansion.ts';
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
  velocityJacobians,
  type FlowGradient,
  type GridMeasure,
  type Problem,
} from './flow.ts';
export { runIntervals } from './intervals.ts';
export { linearisedDescent, tangentKernel } from './kernel.ts';
export { drawParticles, drawStarts, particleLaws, type DrawOptions, type ParticleLaw } from './laws.ts';
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
export {
  spectralNorms,
  type SymmetricEigen,
  symmetricEigen,
  symmetricEigenvalues,
} from './symmetric-eigen.ts';
export { twoLayer } from './two-layer.ts';
export {
  flowMethods,
  wassersteinFlow,
  type FlowMethod,
  type FlowPoint,
  type WassersteinFlowOptions,
} from './wasserstein-flow.ts';
