/** The class of each scheme, one line each, under the name that `names.ts` lists. */
export { IntervalSchedule as intervals } from './intervals.ts';
export { LearnedStepSchedule as 'learned-step' } from './learned-step.ts';
export { MeanFieldSchedule as 'mean-field' } from './mean-field.ts';
export { VanillaSchedule as vanilla } from './vanilla.ts';
