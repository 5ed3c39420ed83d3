export { gridMeasure, type GridMeasure, type GridOptions } from './grid.ts';
export { intervalMeasure, type IntervalMeasure, type IntervalOptions, tiles } from './interval.ts';
export { breaksOf, type Measure, type ParticleMeasure } from './measure.ts';
export {
  combination,
  commonSteps,
  type DepthPath,
  heldConstant,
  mixture,
  onSteps,
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
