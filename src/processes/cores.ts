/**
 * Leases of processor cores, shared by all processes of a machine. oneDNN's barriers spin, so two processes that each
 * use all cores run tens of times slower than one after the other; leases keep the total number of threads at or
 * below the number of cores. A lease is a claim on each of its cores.
 */
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkInteger } from '../check.ts';
import { makeFolder } from '../io/output-path.ts';
import { type Claim, holderOf, takeClaim } from './claim.ts';

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
function leaseFolder(): string {
  const dir = process.env.MEANFIELD_CORES_DIR ?? join(tmpdir(), `meanfield-cores-${process.getuid?.() ?? 0}`);
  makeFolder(dir, {
    mode: 0o700,
    problem: `cannot create the folder of core leases ${dir}`,
    advice: 'set MEANFIELD_CORES_DIR to a writable folder',
  });
  return dir;
}

/** The threads of a process by OMP_NUM_THREADS, as in PyTorch: its first number; undefined without one. */
export function threadsOfEnvironment(): number | undefined {
  const [, threads] = /^\s*(\d{1,6})\s*(?:,|$)/.exec(process.env.OMP_NUM_THREADS ?? '') ?? [];
  return Number(threads) > 0 ? Number(threads) : undefined;
}

/** Called if other processes hold cores and the lease has fewer than wanted. */
export type OnBusy = (holders: readonly number[], cores: number) => void;

/**
 * Leases up to `wanted` free cores (default: all). If none is free, the lease has one core and claims nothing;
 * `holders` names the processes that hold the cores. `release`, exit, or the end of a killed process frees them.
 *
 * @throws FileError if the lease folder cannot be written
 */
export function leaseCores(wanted = Infinity, onBusy?: OnBusy): CoreLease {
  if (wanted !== Infinity) checkInteger('threads', wanted, { min: 1 });
  const total = availableParallelism();
  const dir = leaseFolder();
  const claims: Claim[] = [];
  const holders = new Set<number>();
  for (let i = 0; i < total && claims.length < wanted; i++) {
    const core = `core-${i}`;
    // Cores of other machines that share the folder are not ours.
    const claim = takeClaim(dir, core, 'local');
    if (claim) claims.push(claim);
    else holders.add(holderOf(dir, core, 'local')?.pid ?? 0);
  }
  holders.delete(0);
  const release = (): void => {
    process.off('exit', release);
    for (const claim of claims.splice(0)) claim.release();
  };
  process.once('exit', release);
  const lease: CoreLease = { cores: Math.max(1, claims.length), total, holders: [...holders], release };
  if (holders.size > 0 && lease.cores < Math.min(wanted, total)) onBusy?.(lease.holders, lease.cores);
  return lease;
}
