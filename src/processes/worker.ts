/**
 * The protocol of worker processes: the parent sends a task; the worker reports progress, then a result or an error,
 * and can take the next task. `startWorker` is the parent's side, `answerTasks` the worker's.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ExitCode, exitCodes, MeanfieldError } from '../errors.ts';
import { guardProcess } from './guard.ts';
import { endWithParent, workerEnvironment, workerFlags } from './lifeline.ts';

export interface Failure {
  /** One line. */
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** The types that a worker and its parent exchange. */
export interface Protocol {
  readonly task: object;
  readonly progress: unknown;
  readonly result: unknown;
}

type FinalMessage<R> =
  { readonly kind: 'result'; readonly result: R } | ({ readonly kind: 'error' } & Failure);
type WorkerMessage<P extends Protocol> =
  { readonly kind: 'progress'; readonly progress: P['progress'] } | FinalMessage<P['result']>;

/** The answer to a task; `end` says how the process ended if it did so without one. */
export type Answer<R> = FinalMessage<R> | ({ readonly kind: 'error'; readonly end: ProcessEnd } & Failure);

interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Worker<P extends Protocol> {
  readonly pid: number | undefined;
  /** Whether it can take a task. */
  isConnected(): boolean;
  /** Computes a task. One at a time; a process that dies answers with an error. */
  run(task: P['task'], onProgress?: (progress: P['progress']) => void): Promise<Answer<P['result']>>;
  kill(signal: NodeJS.Signals): void;
  /** Tells the worker that there are no more tasks; resolves when the process has ended. */
  close(): Promise<void>;
}

/** Set in the environment of workers, so that they do not start workers of their own. */
const workerVariable = 'MEANFIELD_WORKER';

export const isWorker = (): boolean => process.env[workerVariable] !== undefined;

export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const exitCode = error instanceof MeanfieldError ? error.exitCode : exitCodes.failed;
  return { message: text.split('\n')[0] ?? '', exitCode };
}

/**
 * Starts a process.
 *
 * @param module - calls `answerTasks`
 * @param threads - of libtorch
 */
export function startWorker<P extends Protocol>(module: URL, threads: number): Worker<P> {
  const child = fork(fileURLToPath(module), [], {
    execArgv: workerFlags(),
    env: { ...workerEnvironment({ threads }), [workerVariable]: '1' },
    serialization: 'advanced',
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => {
      resolve();
    });
    child.on('error', () => {
      // A process that did not start never exits; one that cannot be reached does so when killed.
      if (child.pid === undefined) resolve();
      else child.kill('SIGKILL');
    });
  });
  return {
    pid: child.pid,
    isConnected: () => child.connected,
    run: (task, onProgress) => answerOf<P>(child, task, onProgress),
    kill: (signal) => {
      child.kill(signal);
    },
    close: () => {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

function answerOf<P extends Protocol>(
  child: ChildProcess,
  task: P['task'],
  onProgress?: (progress: P['progress']) => void,
): Promise<Answer<P['result']>> {
  return new Promise((resolve) => {
    const finish = (answer: Answer<P['result']>): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
      resolve(answer);
    };
    const onMessage = (message: WorkerMessage<P>): void => {
      if (message.kind === 'progress') onProgress?.(message.progress);
      else finish(message);
    };
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      const how = signal ? `was killed by ${signal}` : `exited with code ${code ?? '?'}`;
      const message = `its process ${how}`;
      finish({ kind: 'error', message, exitCode: exitCodes.failed, end: { code, signal } });
    };
    const onError = (error: Error): void => {
      if (child.pid === undefined) finish({ kind: 'error', ...failureOf(error) });
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
    child.send(task);
  });
}

/**
 * Makes this process a worker: answers each task by `handler`.
 *
 * @param onStop - called on SIGTERM, or once the parent is gone or has no more tasks, for a worker that saves its work;
 * others end at once
 */
export function answerTasks<P extends Protocol>(
  handler: (
    task: P['task'],
    onProgress: (progress: P['progress']) => void,
  ) => P['result'] | Promise<P['result']>,
  onStop?: () => void,
): void {
  guardProcess();
  let isBusy = false;
  const endIfDone = (): void => {
    // Even if the module of a task keeps the event loop alive.
    if (!isBusy && !process.connected) process.exit();
  };
  if (onStop) {
    // A message in flight fails before the disconnect is known.
    for (const event of ['disconnect', 'error', 'SIGTERM']) process.on(event, onStop);
    process.on('disconnect', endIfDone);
    // A terminal sends Ctrl-C and SIGHUP to the whole group; the parent decides.
    for (const event of ['SIGINT', 'SIGHUP']) process.on(event, () => undefined);
    // The parent may have gone while modules were loading.
    if (!process.connected) onStop();
  } else {
    endWithParent();
    process.on('disconnect', () => process.exit());
    process.on('error', () => process.exit(exitCodes.failed));
  }
  const send = (message: WorkerMessage<P>): void => {
    if (process.connected) process.send?.(message);
  };
  const answer = async (task: P['task']): Promise<P['result']> =>
    handler(task, (progress) => {
      send({ kind: 'progress', progress });
    });
  process.on('message', (task: P['task']) => {
    isBusy = true;
    answer(task)
      .then(
        (result) => {
          send({ kind: 'result', result });
        },
        (error: unknown) => {
          send({ kind: 'error', ...failureOf(error) });
        },
      )
      .finally(() => {
        isBusy = false;
        endIfDone();
      });
  });
}
