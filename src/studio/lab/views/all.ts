/** The registry: one line for each view. */
export { flow } from './flow/index.ts';
export { costate } from './costate/index.ts';
export { gradient } from './gradient/index.ts';
export { descent } from './descent/index.ts';
export { training } from './training/index.ts';
export { regimes } from './regimes/index.ts';
export { expansion } from './expansion/index.ts';
export { algorithm } from './algorithm/index.ts';
