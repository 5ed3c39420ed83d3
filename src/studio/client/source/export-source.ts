/** The data of an exported folder; each run's script loads on demand. Nothing changes and nothing can be started. */
import { signal } from '@preact/signals';
import type { ExportedData, ExportedRun } from '../../protocol/index.ts';
import { curvePart } from './curve-part.ts';
import type { Source } from './source.ts';

const handed = (): ExportedData => {
  const { meanfieldExport } = globalThis as unknown as { readonly meanfieldExport?: ExportedData };
  if (!meanfieldExport) throw new Error('data/list.js is missing: copy the whole folder');
  return meanfieldExport;
};

function runOf(id: string): Promise<ExportedRun> {
  const data = handed();
  const known = Object.hasOwn(data.runs, id) ? data.runs[id] : undefined;
  if (known) return Promise.resolve(known);
  const reason = Object.hasOwn(data.unread, id) ? data.unread[id] : undefined;
  if (reason !== undefined) return Promise.reject(new Error(reason));
  const address = Object.hasOwn(data.scripts, id) ? data.scripts[id] : undefined;
  if (address === undefined) return Promise.reject(new Error(`no run ${id} in this folder`));
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.onload = () => {
      const run = data.runs[id];
      if (run) resolve(run);
      else reject(new Error(`${address} does not contain the run ${id}`));
    };
    script.onerror = () => {
      reject(new Error(`${address} is missing: copy the whole folder`));
    };
    document.head.append(script);
  });
}

async function orFail<T>(value: Promise<T | null>, what: string): Promise<T> {
  const found = await value;
  if (found === null) throw new Error(`this run has no ${what}`);
  return found;
}

export function exportSource(): Source {
  const nothing = (): void => undefined;
  return {
    connection: signal('live'),
    actions: undefined,
    list: () => Promise.resolve().then(() => handed().list),
    run: async (id) => (await runOf(id)).detail,
    steps: async (id, range) => curvePart((await runOf(id)).steps, range),
    swaps: async (id) => (await runOf(id)).swaps,
    weights: (id) =>
      orFail(
        runOf(id).then(({ weights }) => weights),
        'checkpoints to compare',
      ),
    samples: (id) =>
      orFail(
        runOf(id).then(({ samples }) => samples),
        'sample predictions',
      ),
    reproduction: (folder) =>
      Promise.resolve().then(() => {
        const { reproductions } = handed();
        const found = Object.hasOwn(reproductions, folder) ? reproductions[folder] : undefined;
        if (!found) throw new Error(`no grid ${folder} in this folder`);
        return found;
      }),
    // HTML pages of run folders are not exported; `files` of a run lists none.
    file: (_, name) => name,
    watchList: () => nothing,
    watchRun: () => nothing,
  };
}
