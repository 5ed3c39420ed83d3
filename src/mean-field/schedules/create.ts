/** Creates schedules by the name of their scheme. */
import { checkInteger, checkOneOf, checkNeededOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import * as all from './all.ts';
import {
  lastTaus,
  type Schedule,
  type ScheduleOptions,
  type Scheme,
  schemes,
  tauStarts,
} from './schedule.ts';
import { VanillaSchedule } from './vanilla.ts';

const classes: Readonly<Record<Scheme, new (options: ScheduleOptions) => Schedule>> = all;

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
  return new classes[options.scheme](options);
}
