export type { Comparison } from './alternate.ts';
export { type Ceiling, measureCeiling } from './ceiling.ts';
export { benchData, type DataSetting } from './data.ts';
export { benchEpoch, type EpochSetting } from './epoch.ts';
export { benchFlow, type FlowSetting } from './flow.ts';
export { benchInfer, type InferSetting } from './infer.ts';
export { busyCores, commit } from './machine.ts';
export { type Growth, type GrowthAxis, growthAxes, measureGrowth } from './scaling.ts';
export { benchStep, type StepSetting } from './step.ts';
