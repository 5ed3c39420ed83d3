/**
 * The engine of a page without a server. A web worker cannot be interrupted, so a stale one is terminated and a
 * preloaded one takes over.
 */
import type { Part } from '../../lab/index.ts';
import type { LabEngine } from './lab-engine.ts';
import LabWorker from './lab-worker.ts?worker&inline';
import type { WorkerMessage } from './lab-worker.ts';

let spare: Worker | undefined;

function takeWorker(): Worker {
  const worker = spare ?? new LabWorker();
  spare = new LabWorker();
  return worker;
}

let idle: Worker | undefined;

export const workerEngine: LabEngine = {
  name: 'TypeScript, in this browser',
  compute: (state, onPart, signal) =>
    new Promise((resolve, reject) => {
      const worker = idle ?? takeWorker();
      idle = undefined;
      const finish = (): void => {
        worker.onmessage = null;
        worker.onerror = null;
        signal.removeEventListener('abort', stop);
      };
      const stop = (): void => {
        finish();
        worker.terminate();
        reject(new Error('stopped'));
      };
      worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        if ('part' in data) {
          onPart(data.part as Part);
          return;
        }
        finish();
        idle = worker;
        if ('error' in data) reject(new Error(data.error));
        else resolve();
      };
      worker.onerror = ({ message }) => {
        finish();
        worker.terminate();
        reject(new Error(message || 'the worker could not be started'));
      };
      signal.addEventListener('abort', stop);
      worker.postMessage(state);
    }),
};
