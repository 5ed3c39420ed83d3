export { slicesOf, type Stage } from './runge-kutta.ts';
export { type Integrator, integrators, type Tableau, tableauOf } from './tableau.ts';
