/** Whether the process of a run lives. */
import { hostname } from 'node:os';

/** Undefined for a process of another host. */
export function isProcessAlive(pid: number, host: string): boolean | undefined {
  if (host !== hostname()) return undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
