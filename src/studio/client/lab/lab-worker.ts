/** The lab in a browser without a server: computes with the reference engine, away from the page's own thread. */
import { labState } from '../../lab/state.ts';
import { referenceEngine } from '../../lab/reference-engine.ts';
import { computeView } from '../../lab/views/index.ts';
import { messageOf } from '../parts/loaded.ts';

/** What the page gets: parts, and how it ended. */
export type WorkerMessage = { readonly part: unknown } | { readonly done: true } | { readonly error: string };

const tell = (message: WorkerMessage): void => {
  // The page's own postMessage takes an origin: in a worker there is none.
  (globalThis as unknown as { postMessage: (message: WorkerMessage) => void }).postMessage(message);
};

globalThis.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  try {
    computeView(labState(data), referenceEngine, (part) => {
      tell({ part });
    });
    tell({ done: true });
  } catch (error) {
    tell({ error: messageOf(error) });
  }
});
