/** The current state of a run: a process that died leaves `running` behind. */
import type { RunState, RunStatus } from './types.ts';

export type LiveState = RunState | 'crashed';

/** With a heartbeat older than this (ms), the run counts as crashed. */
const lostAfter = 60_000;

/** undefined if unknown: on another host */
type IsProcessAlive = (status: RunStatus) => boolean | undefined;

/**
 * The state at `now`, derived from a status that was just read. If the process is gone, it may have ended normally
 * after the status was read: {@link currentStatus} reads it again.
 *
 * @param now - ms since 1970
 */
export function liveState(status: RunStatus, now: number, isProcessAlive: IsProcessAlive): LiveState {
  if (status.state !== 'running') return status.state;
  const age = now - Date.parse(status.heartbeat);
  return age > lostAfter || isProcessAlive(status) === false ? 'crashed' : 'running';
}

/** A status with the derived state. */
export interface CurrentStatus {
  readonly status: RunStatus;
  readonly state: LiveState;
}

/**
 * The status and the derived state. If the process is gone, the status is read once more; that result is final, because
 * a process records how it ended before it ends.
 *
 * @param status - as read
 * @param again - reads it again; undefined if it cannot be read
 * @param now - ms since 1970
 */
export function currentStatus(
  status: RunStatus,
  again: () => RunStatus | undefined,
  now: number,
  isProcessAlive: IsProcessAlive,
): CurrentStatus {
  const state = liveState(status, now, isProcessAlive);
  if (state !== 'crashed') return { status, state };
  const last = again() ?? status;
  return { status: last, state: liveState(last, now, isProcessAlive) };
}
