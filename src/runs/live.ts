/** What a run's status means now: a process that died leaves `running` behind. */
import type { RunState, RunStatus } from './types.ts';

export type LiveState = RunState | 'crashed';

/** A heartbeat older than this and a dead process: crashed. In ms. */
const staleAfter = 10_000;
/** A heartbeat older than this: crashed, whatever else is known. */
const lostAfter = 60_000;

/**
 * The state as it can be believed at `now`.
 *
 * @param now - ms since 1970
 * @param isProcessAlive - undefined where that cannot be known: on another host
 */
export function liveState(
  status: RunStatus,
  now: number,
  isProcessAlive: (pid: number, host: string) => boolean | undefined,
): LiveState {
  if (status.state !== 'running') return status.state;
  const age = now - Date.parse(status.heartbeat);
  if (age > lostAfter) return 'crashed';
  if (age > staleAfter && isProcessAlive(status.pid, status.host) === false) return 'crashed';
  return 'running';
}
