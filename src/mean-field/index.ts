export { type Block, sliceOf } from './block.ts';
export {
  adjointFlow,
  flow,
  identity,
  type Projection,
  projectPositive,
  type Slice,
  type StepSize,
  trajectory,
} from './flow.ts';
export { countTies, sortedOrder, type Swap, swapBetween } from './order.ts';
export { createSchedule } from './schedules/create.ts';
export {
  lastTaus,
  type Schedule,
  type ScheduleOptions,
  type ScheduleSnapshot,
  type Scheme,
  schemes,
  tauStarts,
} from './schedules/schedule.ts';
