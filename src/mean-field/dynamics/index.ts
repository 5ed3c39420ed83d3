export {
  type Descent,
  descentField,
  durations,
  type FieldOptions,
  type GradientFunction,
} from './descent-field.ts';
export type { Tolerances } from './flow-step.ts';
export {
  type FlowPoint,
  type FlowResult,
  type StopReason,
  wassersteinFlow,
  type WassersteinFlowOptions,
} from './wasserstein-flow.ts';
export { type WeightMotion, weightMotions, weightRate, type WeightRate } from './weights.ts';
export { type CostateFit, type CostateFitOptions, fitCostate } from './costate-fit.ts';
export {
  type DescentDirection,
  insertParticles,
  lineSearch,
  type LineSearchOptions,
  type LineSearchResult,
  mixtureInStep,
  integrateOverSlice,
  steepestDirection,
} from './descent.ts';
export {
  type LinearMinimisationOptions,
  type Minimisers,
  minimiseOverBall,
  outerWeights,
  type Polish,
  projectOnBall,
} from './linear-minimisation.ts';
export {
  batchSampler,
  batchGradient,
  langevinNoise,
  type Sampling,
  samplings,
  stochasticDescent,
  type StochasticOptions,
} from './stochastic.ts';
export {
  conditionalGradient,
  type ConditionalGradientOptions,
  type ConditionalGradientRound,
  correctWeights,
} from './conditional-gradient.ts';
