/**
 * Worker processes, which end as soon as their parent is gone, even if it was killed, and even during a computation.
 */
import { Worker } from 'node:worker_threads';

/** Environment variable that holds a worker's file descriptor of a pipe. The parent holds the other end and never writes to it. */
const lifelineVariable = 'MEANFIELD_LIFELINE';

interface WorkerEnvironment {
  /** Threads of libtorch and of its BLAS. */
  readonly threads: number;
  /** The descriptor of the pipe; default: stdin. */
  readonly lifeline?: number;
}

/** The environment of a worker process. */
export const workerEnvironment = ({ threads, lifeline = 0 }: WorkerEnvironment): NodeJS.ProcessEnv => ({
  ...process.env,
  OMP_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  [lifelineVariable]: String(lifeline),
});

/** Flags that take the code of this process as their value. */
const inputFlags: ReadonlySet<string> = new Set(['-e', '--eval', '-p', '-pe', '--print', '--input-type']);

/** The Node flags that a worker inherits, without code given on the command line. */
export const workerFlags = (flags: readonly string[] = process.execArgv): string[] =>
  flags.filter(
    (flag, i) => !inputFlags.has(flag.split('=')[0]!) && !(i > 0 && inputFlags.has(flags[i - 1]!)),
  );

/** Runs in a separate thread, since the worker's main thread may compute for minutes without handling events. */
const watcher = `
const { Socket } = require('node:net');
const { workerData } = require('node:worker_threads');
new Socket({ fd: workerData, readable: true })
  .on('error', () => undefined)
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
  .resume();
`;

/**
 * Ends this process once its parent is gone, and not before: a terminal sends SIGHUP to the whole group, and the parent
 * decides what to do. For processes that hold nothing worth saving; others listen to `disconnect` and save first.
 */
export function endWithParent(): void {
  process.on('SIGHUP', () => undefined);
  const descriptor = process.env[lifelineVariable];
  // Child processes of this one have their own pipe, or none.
  Reflect.deleteProperty(process.env, lifelineVariable);
  if (descriptor === undefined) return;
  new Worker(watcher, { eval: true, execArgv: [], workerData: Number(descriptor) }).unref();
}
