export { mapCurves, noCurves } from './curves.ts';
export { routes, tokenHeader } from './routes.ts';
export type * from './export.ts';
export type * from './runs.ts';
export { rootGrid } from './runs.ts';
