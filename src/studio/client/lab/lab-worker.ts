/** The lab without a server: computes with the reference engine in a web worker. */
import { referenceEngine } from '../../lab/reference-engine.ts';
import { computeView, type LabState } from '../../lab/views/index.ts';
import { messageOf } from '../parts/loaded.ts';

/** Messages to the page: parts, then the outcome. */
export type WorkerMessage = { readonly part: unknown } | { readonly done: true } | { readonly error: string };

const post = (message: WorkerMessage): void => {
  // A window's postMessage takes an origin; a worker's does not.
  (globalThis as unknown as { postMessage: (message: WorkerMessage) => void }).postMessage(message);
};

globalThis.addEventListener('message', ({ data: state }: MessageEvent<LabState>) => {
  try {
    computeView(state, referenceEngine, (part) => {
      post({ part });
    });
    post({ done: true });
  } catch (error) {
    post({ error: messageOf(error) });
  }
});
