/** Whether the process of a run lives. */
import { hostname } from 'node:os';
import { processIdentity, processSpace } from '../process-identity.ts';
import type { RunStatus } from './types.ts';

/** Who this process is, for `status.json`; '' where it cannot be known for certain. */
export function processMark(): string {
  const space = processSpace();
  return space && `${space} ${processIdentity(process.pid)}`;
}

/**
 * Whether the process that wrote a status lives: certain where the status has its mark, else its number alone counts.
 *
 * @returns undefined for a process of another host, container or boot
 */
export function isProcessAlive({
  pid,
  host,
  process: mark,
}: Pick<RunStatus, 'pid' | 'host' | 'process'>): boolean | undefined {
  if (!mark) return host === hostname() ? processIdentity(pid) !== '' : undefined;
  const space = processSpace();
  return space && mark.startsWith(`${space} `) ? mark === `${space} ${processIdentity(pid)}` : undefined;
}
