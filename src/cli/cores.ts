/** Leases cores for a command, from those that no other meanfield process holds. */
import { setThreads } from '../native/index.ts';
import { leaseCores, threadsOfEnvironment } from '../processes/index.ts';
import { say } from './output.ts';

/**
 * Runs `body` with a lease of at most `wanted` cores (default: all), and warns if other processes hold some of them.
 *
 * @param command - for the message
 */
export async function withCores<T>(
  command: string,
  wanted: number | undefined,
  body: (cores: number) => Promise<T>,
): Promise<T> {
  const lease = leaseCores(wanted, (holders, cores) => {
    say(
      `${command}: using ${cores} core${cores === 1 ? '' : 's'}; others are held by process ${holders.join(', ')}`,
    );
  });
  try {
    return await body(lease.cores);
  } finally {
    lease.release();
  }
}

/** Like `withCores`, with one libtorch thread per core; default: OMP_NUM_THREADS, or all cores. */
export const withThreads = <T>(
  command: string,
  wanted: number | undefined,
  body: () => Promise<T>,
): Promise<T> =>
  withCores(command, wanted ?? threadsOfEnvironment(), (cores) => {
    setThreads(cores);
    return body();
  });
