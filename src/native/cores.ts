/**
 * Leases of processor cores among the processes of one machine. oneDNN's barriers spin, so two processes
 * that each use all cores run tens of times slower than one after the other; a lease keeps the sum of
 * threads at or below the number of cores.
 */
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { checkInteger } from '../check.ts';

export interface CoreLease {
  /** Cores that this process may use: at least 1. */
  readonly cores: number;
  /** Cores of the machine. */
  readonly total: number;
  /** Process ids that hold the others. */
  readonly holders: readonly number[];
  release(): void;
}

function folder(): string {
  return process.env['MEANFIELD_CORES_DIR'] ?? join(tmpdir(), `meanfield-cores-${userInfo().uid}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process that holds the lock, or undefined if the lock is free or was left behind. */
function holder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (Number.isInteger(pid) && pid > 0 && isAlive(pid)) return pid;
    unlinkSync(file);
  } catch {
    // Gone between the look and the read: free.
  }
  return undefined;
}

function take(file: string): boolean {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch {
    return false;
  }
}

/**
 * Takes up to `wanted` free cores (all by default). With none free the lease has one core and holds no
 * lock; `holders` then says who has them, for a warning.
 */
export function leaseCores(wanted = Infinity): CoreLease {
  if (wanted !== Infinity) checkInteger('threads', wanted, { min: 1 });
  const total = availableParallelism();
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  const held: string[] = [];
  const holders: number[] = [];
  for (let core = 0; core < total && held.length < wanted; core++) {
    const file = join(folder(), `core-${core}`);
    const pid = holder(file);
    if (pid !== undefined) holders.push(pid);
    else if (take(file)) held.push(file);
  }
  const release = (): void => {
    for (const file of held.splice(0)) {
      try {
        unlinkSync(file);
      } catch {
        // Already removed: nothing to give back.
      }
    }
  };
  process.once('exit', release);
  return { cores: Math.max(1, held.length), total, holders: [...new Set(holders)], release };
}
