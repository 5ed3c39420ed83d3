export { slicesOf, type RungeKuttaStage } from './runge-kutta.ts';
export { type Integrator, integrators, type Tableau, tableauOf } from './tableau.ts';
export { type AdaptiveOptions, integrate, type VectorField } from './adaptive.ts';
export type { DenseSolution } from './record.ts';
