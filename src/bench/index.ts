export { type Comparison, loadAverage } from './alternate.ts';
export { benchFlow, type FlowSetting } from './flow.ts';
export { benchInfer, type InferSetting } from './infer.ts';
export { benchStep, type StepSetting } from './step.ts';
