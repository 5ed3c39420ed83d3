export { Adam, type AdamOptions } from './adam.ts';
export { clipGradients, gradientNorm } from './clip.ts';
export type { Optimizer, ParameterGroup } from './optimizer.ts';
export { checkLrOptions, learningRate, type LrOptions, lrSchedules } from './schedule.ts';
export { Sgd, type SgdOptions } from './sgd.ts';
