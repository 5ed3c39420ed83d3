export { gridMeasure, type GridMeasure, type GridOptions } from './grid.ts';
export { intervalMeasure, type IntervalMeasure, type IntervalOptions, tiles } from './interval.ts';
export { assignment, type Assignment } from './assignment.ts';
export { breaksOf, type Measure, type MovableMeasure, type ParticleMeasure } from './measure.ts';
export {
  combination,
  commonSteps,
  type DepthPath,
  piecewiseConstant,
  mixture,
  refineSteps,
  pathMeasure,
} from './path.ts';
export {
  ball,
  gaussian,
  independentSlices,
  type Law,
  smoothPaths,
  type SmoothOptions,
  sphere,
} from './laws.ts';
export {
  covarianceOf,
  meanOf,
  integrateOverDepth,
  partRadii,
  mapSlices,
  secondMoment,
  supportRadius,
} from './moments.ts';
export {
  optimalTransport,
  type OptimalTransport,
  type OptimalTransportOptions,
} from './optimal-transport.ts';
export {
  type SinkhornResult,
  sinkhorn,
  sinkhornDivergence,
  type SinkhornDivergence,
  type SinkhornOptions,
} from './sinkhorn.ts';
export {
  gridWasserstein,
  sliceDirections,
  slicedWasserstein,
  type SlicedOptions,
  wasserstein,
} from './wasserstein.ts';
