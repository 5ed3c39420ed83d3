export { type Comparison, loadAverage } from './alternate.ts';
export { benchFlow, type FlowSetting } from './flow.ts';
export { benchStep, type StepSetting } from './step.ts';
