export { trackers } from './all.ts';
export { type History, type Point, readHistory } from './history.ts';
export { type TrackerName } from './names.ts';
export type { Tracker } from './tracker.ts';
export { type EventLog, readEventFiles } from './tensorboard/read.ts';
