/** A worker process of `sweep`: measures the rows that it receives, one at a time. */
import { UsageError } from '../errors.ts';
import { guardProcess } from '../process-guard.ts';
import { endWithParent } from '../worker-process.ts';
import { measureRow } from './sweep-row.ts';
import type { SweepRow } from './table.ts';
import type { WorkerMessage } from './worker-processes.ts';

export interface RowTask {
  /** The URL of the module, and the name of the function that it exports. */
  readonly module: string;
  readonly name: string;
  readonly point: SweepRow;
}

const send = (message: WorkerMessage<SweepRow>): void => {
  process.send?.(message);
};

async function measure({ module, name, point }: RowTask): Promise<SweepRow> {
  // Node caches imported modules.
  const exported = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof exported !== 'function') throw new UsageError(`${module} does not export a function ${name}`);
  return measureRow(exported as (point: SweepRow) => SweepRow, point);
}

guardProcess();
endWithParent();
// The sweep is done: exit even if the caller's module keeps the event loop alive.
process.on('disconnect', () => process.exit());
process.on('error', () => process.exit(1));
process.on('message', (task: RowTask) => {
  measure(task).then(
    (result) => {
      send({ kind: 'result', result });
    },
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      send({ kind: 'error', message: text.split('\n')[0] ?? '', usage: error instanceof UsageError });
    },
  );
});
