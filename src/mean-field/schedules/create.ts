/** Creates schedules by the name of their scheme. */
import { checkInteger, checkOneOf, checkNeededOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { IntervalSchedule } from './intervals.ts';
import { LearnedStepSchedule } from './learned-step.ts';
import { MeanFieldSchedule } from './mean-field.ts';
import { lastTaus, type Schedule, type ScheduleOptions, schemes, tauStarts } from './schedule.ts';
import { VanillaSchedule } from './vanilla.ts';

/**
 * The schedule of a stage, by scheme. A stage without exchangeable blocks has nothing to schedule.
 *
 * @throws UsageError for an unknown scheme or option
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  checkNeededOptions('createSchedule', options, {
    scheme: true,
    blocks: true,
    reorder: true,
    start: true,
    last: true,
    dtype: true,
    device: true,
  });
  checkInteger('blocks', options.blocks, { min: 0 });
  checkOneOf('scheme', options.scheme, schemes);
  if (options.start !== undefined) checkOneOf('tau start', options.start, tauStarts);
  if (options.last !== undefined) checkOneOf('last tau', options.last, lastTaus);
  if (options.reorder === false && options.scheme !== 'mean-field')
    throw new UsageError(`--no-reorder applies only to the scheme mean-field, not to ${options.scheme}`);
  if (options.blocks === 0) return new VanillaSchedule(options);
  switch (options.scheme) {
    case 'vanilla':
      return new VanillaSchedule(options);
    case 'mean-field':
      return new MeanFieldSchedule(options);
    case 'intervals':
      return new IntervalSchedule(options);
    case 'learned-step':
      return new LearnedStepSchedule(options);
  }
}
