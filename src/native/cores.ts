/**
 * Leases of processor cores, shared by all processes of a machine. oneDNN's barriers spin, so two processes that each
 * use all cores run tens of times slower than one after the other; leases keep the total number of threads at or
 * below the number of cores.
 *
 * One lock file per core names its holder. A lock file is created complete (by a link), and only the holder of the
 * guard file removes one that a dead process left behind: two processes never hold the same core.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { checkInteger } from '../check.ts';
import { FileError } from '../errors.ts';
import { makeFolder } from '../io/output-path.ts';
import { processIdentity } from '../process-identity.ts';

export interface CoreLease {
  /** Number of cores that this process may use, at least 1. */
  readonly cores: number;
  /** Number of cores of the machine. */
  readonly total: number;
  /** Ids of the processes that hold the other cores. */
  readonly holders: readonly number[];
  readonly release: () => void;
}

/** Containers may have users without a name, but every user has an id. */
function folder(): string {
  return process.env.MEANFIELD_CORES_DIR ?? join(tmpdir(), `meanfield-cores-${process.getuid?.() ?? 0}`);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The text that identifies this thread in its locks. */
function lockText(): string {
  return `${processIdentity(process.pid)} ${threadId}`;
}

/** The process that the text of a lock names, if it is alive. */
function holderIn(text: string): number | undefined {
  const [pid = '', started = ''] = text.split(' ');
  return /^[1-9]\d*$/.test(pid) && processIdentity(Number(pid)) === `${pid} ${started}`
    ? Number(pid)
    : undefined;
}

/** The process that holds a lock, if there is one and it is alive. */
function holderOf(file: string): number | undefined {
  return holderIn(readText(file) ?? '');
}

/** Creates the lock and its holder atomically. Returns false if it exists. */
function createLock(file: string): boolean {
  const draft = `${file}.${process.pid}.${threadId}`;
  try {
    writeFileSync(draft, lockText());
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new FileError(
      `cannot write the core lease ${file} (${(error as Error).message}); set MEANFIELD_CORES_DIR to a folder that can be written`,
      error,
    );
  } finally {
    remove(draft);
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Already gone.
  }
}

const pause = 2;
const tries = 500;

function wait(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
}

/** Runs `body` under the guard; gives up after a second. */
function guarded(body: () => void): void {
  const guard = join(folder(), 'guard');
  for (let i = 0; i < tries; i++) {
    if (createLock(guard)) {
      try {
        body();
      } finally {
        releaseGuard(guard);
      }
      return;
    }
    const text = readText(guard);
    if (text === undefined) continue;
    if (holderIn(text) === undefined) discardGuard(guard);
    else wait();
  }
}

/** Removes our guard; waits for it if another process has moved it aside for a moment (see `discardGuard`). */
function releaseGuard(guard: string): void {
  for (let i = 0; i < 20; i++) {
    const text = readText(guard);
    if (text === lockText()) remove(guard);
    if (text !== undefined) return;
    wait();
  }
}

/** Removes the guard of a dead process; puts it back if a live process renewed it meanwhile. */
function discardGuard(guard: string): void {
  const aside = `${guard}.dead.${process.pid}.${threadId}`;
  try {
    renameSync(guard, aside);
    if (holderOf(aside) !== undefined) linkSync(aside, guard);
  } catch {
    // Another process was faster.
  }
  remove(aside);
}

/** Takes the lock, even from a dead process. Returns false if a live process holds it. */
function acquireLock(file: string): boolean {
  if (createLock(file)) return true;
  if (holderOf(file) !== undefined) return false;
  guarded(() => {
    if (holderOf(file) === undefined) remove(file);
  });
  return createLock(file);
}

/** The threads of a process by OMP_NUM_THREADS, as in PyTorch: its first number; undefined without one. */
export function threadsOfEnvironment(): number | undefined {
  const [, threads] = /^\s*(\d{1,6})\s*(?:,|$)/.exec(process.env.OMP_NUM_THREADS ?? '') ?? [];
  return Number(threads) > 0 ? Number(threads) : undefined;
}

/** Called if other processes hold cores and the lease has fewer than wanted. */
export type OnBusy = (holders: readonly number[], cores: number) => void;

/**
 * Leases up to `wanted` free cores (default: all). If none is free, the lease has one core and holds no lock;
 * `holders` names the processes that hold the cores. `release`, exit, or the end of a killed process frees them.
 *
 * @throws FileError if the lease folder cannot be written
 */
export function leaseCores(wanted = Infinity, onBusy?: OnBusy): CoreLease {
  if (wanted !== Infinity) checkInteger('threads', wanted, { min: 1 });
  const total = availableParallelism();
  makeFolder(folder(), {
    mode: 0o700,
    problem: `cannot create the folder of core leases ${folder()}`,
    advice: 'set MEANFIELD_CORES_DIR to a writable folder',
  });
  const held: string[] = [];
  const holders = new Set<number>();
  for (let core = 0; core < total && held.length < wanted; core++) {
    const file = join(folder(), `core-${core}`);
    if (acquireLock(file)) held.push(file);
    else holders.add(holderOf(file) ?? 0);
  }
  holders.delete(0);
  const release = (): void => {
    process.off('exit', release);
    for (const file of held.splice(0)) if (readText(file) === lockText()) remove(file);
  };
  process.once('exit', release);
  const lease: CoreLease = { cores: Math.max(1, held.length), total, holders: [...holders], release };
  if (holders.size > 0 && lease.cores < Math.min(wanted, total)) onBusy?.(lease.holders, lease.cores);
  return lease;
}
