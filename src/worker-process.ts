/** Processes that work for another one. They end as soon as it is gone, also when it was killed and while they compute. */
import { type ChildProcess, fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';

/** In a worker's environment: its descriptor of a pipe whose other end its parent holds and never writes to. */
const lifelineVariable = 'MEANFIELD_LIFELINE';

export interface WorkerEnvironment {
  /** Of libtorch and of its BLAS, whichever that is. */
  readonly threads: number;
  /** The descriptor of the pipe; default: stdin. */
  readonly lifeline?: number;
}

/** The environment of a process that works for this one. */
export const workerEnvironment = ({ threads, lifeline = 0 }: WorkerEnvironment): NodeJS.ProcessEnv => ({
  ...process.env,
  OMP_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  [lifelineVariable]: String(lifeline),
});

/** Flags that say what this process runs, each with its value. */
const inputFlags: ReadonlySet<string> = new Set(['-e', '--eval', '-p', '-pe', '--print', '--input-type']);

/** The flags of Node that a worker takes over: not the code that this process was given on its command line. */
export const workerFlags = (flags: readonly string[] = process.execArgv): string[] =>
  flags.filter(
    (flag, i) => !inputFlags.has(flag.split('=')[0]!) && !(i > 0 && inputFlags.has(flags[i - 1]!)),
  );

/** Starts a module as a worker with which messages are exchanged. The module calls `endWithParent` first. */
export function forkWorker(
  module: string,
  threads: number,
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return fork(module, [], {
    execArgv: workerFlags(),
    env: { ...workerEnvironment({ threads }), ...environment },
    serialization: 'advanced',
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  });
}

/** Runs in a thread of its own, since the worker's own thread may compute for minutes without a look at its events. */
const watcher = `
const { Socket } = require('node:net');
const { workerData } = require('node:worker_threads');
new Socket({ fd: workerData, readable: true })
  .on('error', () => undefined)
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
  .resume();
`;

/**
 * Ends this process once its parent is gone, and not before: a terminal hangs up on the whole group, and the parent
 * decides what that means. For processes that hold nothing worth saving; one that does
 * listens to `disconnect` and saves first.
 */
export function endWithParent(): void {
  process.on('SIGHUP', () => undefined);
  const descriptor = process.env[lifelineVariable];
  // Processes that this one starts have a pipe of their own, or none.
  Reflect.deleteProperty(process.env, lifelineVariable);
  if (descriptor === undefined) return;
  new Worker(watcher, { eval: true, execArgv: [], workerData: Number(descriptor) }).unref();
}
