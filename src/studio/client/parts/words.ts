/** Formats numbers, times and states for the page. */
import { formatCount, formatNumber, missing } from '../../../draw/index.ts';
import type { RunRow } from '../../protocol/index.ts';

export type RowState = RunRow['state'];

/** Explanations of the states, as tooltips of the icons. */
export const stateMeaning: Readonly<Record<RowState, string>> = {
  running: 'The process is running',
  finished: 'All epochs are done, or the run stopped early by its patience',
  stopped: 'Stopped on request; can be resumed from its checkpoint',
  crashed: 'The process ended unexpectedly; can be resumed from its checkpoint',
  diverged: 'The loss became infinite or NaN',
  failed: 'The run ended with an error',
  unknown: 'The run has no readable status',
};

/** `12.31 ± 0.08`, or the mean alone. */
export function withError(mean: number, standardError: number | undefined, digits = 2): string {
  return standardError === undefined
    ? formatNumber(mean, digits)
    : `${formatNumber(mean, digits)} ± ${formatNumber(standardError, digits)}`;
}

/** Remaining time of a running run at the pace so far; undefined if it cannot be estimated. */
export function secondsLeft({ state, step, totalSteps, seconds }: RunRow): number | undefined {
  if (state !== 'running' || seconds === null || step < 1 || totalSteps <= step) return undefined;
  return (seconds / step) * (totalSteps - step);
}

const minute = 60_000;

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`, then the date. */
export function ago(iso: string | null, now: number): string {
  const time = iso === null ? NaN : Date.parse(iso);
  if (!Number.isFinite(time)) return missing;
  const minutes = Math.max(0, Math.floor((now - time) / minute));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  if (days < 14) return days === 1 ? 'yesterday' : `${days} days ago`;
  return new Date(time).toISOString().slice(0, 10);
}

/** `1 run`, `2 runs` */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${formatCount(number)} ${number === 1 ? one : many}`;

/** The part of an id before its name, with its slash: `fast/`. */
export const folderOf = ({ id, name }: Pick<RunRow, 'id' | 'name'>): string =>
  id.endsWith(name) ? id.slice(0, id.length - name.length) : '';
