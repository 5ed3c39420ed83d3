/** Runs tasks in cancellable worker processes; a process that dies fails only its own task. */
import type { ChildProcess } from 'node:child_process';
import { throwIfAborted, type AbortSignalLike } from '../cancel.ts';
import { checkInteger } from '../check.ts';
import { forkWorker } from '../worker-process.ts';

/** A worker's reply to a task, after any number of `progress` messages. */
export type WorkerMessage<R> =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'result'; readonly result: R }
  | { readonly kind: 'error'; readonly message: string; readonly usage?: boolean };

export type Answer<R> = Exclude<WorkerMessage<R>, { readonly kind: 'progress' }>;

/** Set in the environment of workers, so that they do not start workers of their own. */
export const workerFlag = 'MEANFIELD_WORKER';

export interface WorkerOptions {
  /** The name of the call, for messages. */
  readonly call: string;
  /** Path of the worker module. */
  readonly script: string;
  /** Number of concurrent processes. */
  readonly processes: number;
  /** Threads of libtorch in each process. */
  readonly threads: number;
  readonly signal?: AbortSignalLike | undefined;
}

/** Polling interval, in ms, for a signal without events. */
const signalInterval = 50;

/**
 * Distributes the tasks to processes in order, one at a time per process.
 *
 * @param onAnswer - called with each task's answer; if it or `onProgress` throws, the call fails
 * @throws AbortError if the signal aborts; the processes are killed
 */
export async function inProcesses<T extends object, R>(
  tasks: readonly T[],
  options: WorkerOptions,
  onAnswer: (task: T, answer: Answer<R>) => void,
  onProgress: (task: T, fraction: number) => void = () => undefined,
): Promise<void> {
  const { call, script, threads, signal } = options;
  const count = Math.min(checkInteger('processes', options.processes, { min: 1 }), tasks.length);
  checkInteger('threads', threads, { min: 1 });
  throwIfAborted(signal, call);
  const queue = [...tasks];
  const workers = new Set<ChildProcess>();
  let stopped = false;
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // If all goes well, nothing awaits this promise.
  failure.catch(() => undefined);
  /** Passes errors in event handlers to the caller instead of crashing the process. */
  const guard = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      fail(error);
    }
  };
  const timer = setInterval(() => {
    guard(() => {
      throwIfAborted(signal, call);
    });
  }, signalInterval);
  const work = async (): Promise<void> => {
    let worker: ChildProcess | undefined;
    for (let task = queue.shift(); task; task = queue.shift()) {
      if (worker?.connected !== true)
        workers.add((worker = forkWorker(script, threads, { [workerFlag]: '1' })));
      const current = task;
      const answer = await answerOf<R>(worker, task, (fraction) => {
        guard(() => {
          if (!stopped) onProgress(current, fraction);
        });
      });
      if (stopped) return;
      onAnswer(task, answer);
      throwIfAborted(signal, call);
    }
    worker?.disconnect();
  };
  try {
    await Promise.race([Promise.all(Array.from({ length: count }, work)), failure]);
  } catch (error) {
    stopped = true;
    queue.length = 0;
    // Workers hold nothing worth saving.
    for (const worker of workers) worker.kill('SIGKILL');
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function answerOf<R>(
  worker: ChildProcess,
  task: object,
  onProgress: (fraction: number) => void,
): Promise<Answer<R>> {
  return new Promise((resolve) => {
    const finish = (answer: Answer<R>): void => {
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      worker.off('error', onError);
      resolve(answer);
    };
    const onMessage = (message: WorkerMessage<R>): void => {
      if (message.kind === 'progress') onProgress(message.fraction);
      else finish(message);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      const how = signal ? `by ${signal}` : `with exit code ${code ?? '?'}`;
      finish({ kind: 'error', message: `its process ended ${how}` });
    };
    // A worker that cannot be reached is killed, and `onExit` reports how it ended; one that did not start never
    // exits.
    const onError = (error: Error): void => {
      if (worker.pid === undefined) finish({ kind: 'error', message: error.message.split('\n')[0] ?? '' });
      else worker.kill('SIGKILL');
    };
    worker.on('message', onMessage);
    worker.on('exit', onExit);
    worker.on('error', onError);
    worker.send(task);
  });
}
