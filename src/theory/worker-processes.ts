/** Tasks measured in processes of their own, which can be stopped; a process that dies costs its task alone. */
import type { ChildProcess } from 'node:child_process';
import { checkAborted, type StopSignal } from '../cancel.ts';
import { checkInteger } from '../check.ts';
import { forkWorker } from '../worker-process.ts';

/** What a worker answers to a task, after any number of `progress`. */
export type WorkerMessage<R> =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'result'; readonly result: R }
  | { readonly kind: 'error'; readonly message: string; readonly usage?: boolean };

export type Answer<R> = Exclude<WorkerMessage<R>, { readonly kind: 'progress' }>;

/** In the environment of the processes, so that none starts others. */
export const workerFlag = 'MEANFIELD_WORKER';

export interface WorkerOptions {
  /** For messages. */
  readonly call: string;
  /** Path of the module that a process runs. */
  readonly script: string;
  /** Processes at once. */
  readonly processes: number;
  /** Of libtorch, in each process. */
  readonly threads: number;
  readonly signal?: StopSignal | undefined;
}

/** How often a signal without events is looked at, in ms. */
const signalInterval = 50;

/**
 * Hands the tasks to processes, in their order, one at a time each.
 *
 * @param onAnswer - is told each task's answer; what it or `onProgress` throws ends the call
 * @throws AbortError once the signal is aborted; the processes are ended
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
  checkAborted(signal, call);
  const queue = [...tasks];
  const workers = new Set<ChildProcess>();
  let stopped = false;
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Where all goes well, nobody waits for it.
  failure.catch(() => undefined);
  /** Errors inside event handlers reach the caller, not the process. */
  const guard = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      fail(error);
    }
  };
  const timer = setInterval(() => {
    guard(() => {
      checkAborted(signal, call);
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
      checkAborted(signal, call);
    }
    worker?.disconnect();
  };
  try {
    await Promise.race([Promise.all(Array.from({ length: count }, work)), failure]);
  } catch (error) {
    stopped = true;
    queue.length = 0;
    // They hold nothing that is worth saving.
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
      worker.off('message', hear);
      worker.off('exit', lose);
      worker.off('error', refuse);
      resolve(answer);
    };
    const hear = (message: WorkerMessage<R>): void => {
      if (message.kind === 'progress') onProgress(message.fraction);
      else finish(message);
    };
    const lose = (code: number | null, signal: string | null): void => {
      const how = signal ? `by ${signal}` : `with exit code ${code ?? '?'}`;
      finish({ kind: 'error', message: `its process ended ${how}` });
    };
    // A process that does not hear ends, and `lose` says how; one that did not start never ends.
    const refuse = (error: Error): void => {
      if (worker.pid === undefined) finish({ kind: 'error', message: error.message.split('\n')[0] ?? '' });
      else worker.kill('SIGKILL');
    };
    worker.on('message', hear);
    worker.on('exit', lose);
    worker.on('error', refuse);
    worker.send(task);
  });
}
