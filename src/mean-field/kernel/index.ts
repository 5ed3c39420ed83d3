export type { KernelSize } from './kernel-size.ts';
export { lazyProblem, type LazyOptions } from './lazy.ts';
export { learningRateBound } from './spectrum.ts';
export { kernelRidge, type LinearisedModel, linearisedModel } from './linearised.ts';
export {
  type KernelOptions,
  type Metric,
  metrics,
  tangentKernel,
  tangentKernelSize,
} from './tangent-kernel.ts';
export { tangentPull, tangentPush } from './tangent-space.ts';
