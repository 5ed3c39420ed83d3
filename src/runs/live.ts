/** What a run's status means now: a process that died leaves `running` behind. */
import type { RunState, RunStatus } from './types.ts';

export type LiveState = RunState | 'crashed';

/** A heartbeat older than this: crashed, whatever else is known. In ms. */
const lostAfter = 60_000;

/** undefined where that cannot be known: on another host */
type IsProcessAlive = (status: RunStatus) => boolean | undefined;

/**
 * The state as it can be believed at `now`, of a status that was read just before. A process that is gone may have
 * ended well after the status was read: {@link currentStatus} looks again.
 *
 * @param now - ms since 1970
 */
export function liveState(status: RunStatus, now: number, isProcessAlive: IsProcessAlive): LiveState {
  if (status.state !== 'running') return status.state;
  const age = now - Date.parse(status.heartbeat);
  return age > lostAfter || isProcessAlive(status) === false ? 'crashed' : 'running';
}

/** A status with the state to believe. */
export interface CurrentStatus {
  readonly status: RunStatus;
  readonly state: LiveState;
}

/**
 * The status and the state to believe. Where the process is gone the status is read once more: what it says then is
 * the last word, because a process writes how it ended before it ends.
 *
 * @param status - as it was read
 * @param again - reads it afresh; undefined if it cannot be read
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
