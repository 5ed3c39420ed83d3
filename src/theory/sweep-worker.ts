/** One process of a sweep: measures the rows that it is told to, one after the other. */
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

const tell = (message: WorkerMessage<SweepRow>): void => {
  process.send?.(message);
};

async function measure({ module, name, point }: RowTask): Promise<SweepRow> {
  // Once imported, a module stays.
  const exported = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof exported !== 'function') throw new UsageError(`${module} does not export a function ${name}`);
  return measureRow(exported as (point: SweepRow) => SweepRow, point);
}

guardProcess();
endWithParent();
// Its work is done, whatever the caller's module keeps open.
process.on('disconnect', () => process.exit());
process.on('error', () => process.exit(1));
process.on('message', (task: RowTask) => {
  measure(task).then(
    (result) => {
      tell({ kind: 'result', result });
    },
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      tell({ kind: 'error', message: text.split('\n')[0] ?? '', usage: error instanceof UsageError });
    },
  );
});
