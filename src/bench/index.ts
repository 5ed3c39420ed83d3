export { type Comparison, loadAverage } from './alternate.ts';
export { benchStep, type StepSetting } from './step.ts';
