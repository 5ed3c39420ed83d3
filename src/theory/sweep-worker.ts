/** A worker process of `sweep`: measures the rows that it receives, one at a time. */
import { UsageError } from '../errors.ts';
import { answerTasks } from '../processes/index.ts';
import { measureRow } from './sweep-row.ts';
import type { SweepRow } from './table.ts';

export interface RowTask {
  /** The URL of the module, and the name of the function that it exports. */
  readonly module: string;
  readonly name: string;
  readonly point: SweepRow;
}

export interface RowWorker {
  readonly task: RowTask;
  readonly progress: never;
  readonly result: SweepRow;
}

answerTasks<RowWorker>(async ({ module, name, point }) => {
  // Node caches imported modules.
  const exported = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof exported !== 'function') throw new UsageError(`${module} does not export a function ${name}`);
  return measureRow(exported as (point: SweepRow) => SweepRow, point);
});
