/** Runs tasks in cancellable worker processes; a process that dies fails only its own task. */
import { type AbortSignalLike, throwIfAborted } from '../cancel.ts';
import { checkInteger } from '../check.ts';
import { type Answer, type Protocol, startWorker, type Worker } from './worker.ts';

interface TaskOptions<P extends Protocol> {
  /** The name of the call, for messages. */
  readonly call: string;
  /** The worker module. */
  readonly module: URL;
  /** Number of concurrent processes. */
  readonly processes: number;
  /** Threads of libtorch in each process. */
  readonly threads: number;
  readonly signal?: AbortSignalLike | undefined;
  readonly onProgress?: (task: P['task'], progress: P['progress']) => void;
  /** Called with each task's answer. */
  readonly onAnswer: (task: P['task'], answer: Answer<P['result']>) => void;
}

/** Polling interval, in ms, for a signal without events. */
const signalInterval = 50;

/**
 * Distributes the tasks to processes in order, one at a time per process. If a callback throws, the call fails.
 *
 * @throws AbortError if the signal aborts; the processes are killed
 */
export async function runTasks<P extends Protocol>(
  tasks: readonly P['task'][],
  options: TaskOptions<P>,
): Promise<void> {
  const { call, module, threads, signal, onProgress, onAnswer } = options;
  const count = Math.min(checkInteger('processes', options.processes, { min: 1 }), tasks.length);
  checkInteger('threads', threads, { min: 1 });
  throwIfAborted(signal, call);
  const queue = [...tasks];
  const workers = new Set<Worker<P>>();
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
    let worker: Worker<P> | undefined;
    for (let task = queue.shift(); task; task = queue.shift()) {
      if (worker?.isConnected() !== true) workers.add((worker = startWorker(module, threads)));
      const current = task;
      const answer = await worker.run(task, (progress) => {
        guard(() => {
          if (!stopped) onProgress?.(current, progress);
        });
      });
      if (stopped) return;
      onAnswer(task, answer);
      throwIfAborted(signal, call);
    }
    void worker?.close();
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
