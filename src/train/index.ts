export { Learner, type LearnerConfig, type StepOutcome } from './learner.ts';
