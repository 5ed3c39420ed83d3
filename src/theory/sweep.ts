/** Evaluates a computation at every combination of some numbers, as rows to inspect, fit, or save as CSV or .npz. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type LongCallOptions, type Progress, watchCall } from '../cancel.ts';
import { checkNumbers, checkOptions, isList, unexpected } from '../check.ts';
import { exitCodes, MeanfieldError, UsageError } from '../errors.ts';
import { checkColumns } from '../io/index.ts';
import { isWorker, runTasks } from '../processes/index.ts';
import { measureRow } from './sweep-row.ts';
import type { RowTask, RowWorker } from './sweep-worker.ts';
import type { SweepRow } from './table.ts';

/** Values of each variable, such as { L: [8, 16], M: [4], seed: [1, 2, 3] }. */
export type Axes = Readonly<Record<string, ArrayLike<number>>>;
type PointOf<A extends Axes> = { readonly [K in keyof A]: number };

/** The number of finished rows, the total, and the last finished row. */
export interface SweepProgress<Row> extends Progress {
  readonly row: Row;
}

/** Options of {@link sweep}. */
export interface SweepOptions<Row> extends Omit<LongCallOptions, 'onProgress'> {
  /** Called after each row. */
  readonly onProgress?: ((progress: SweepProgress<Row>) => void) | undefined;
}

/** Options of a {@link sweep} in several processes. */
export interface SweepProcesses<Row> extends SweepOptions<Row> {
  /** Number of concurrent processes. Default: 1. */
  readonly processes?: number | undefined;
  /** Threads of libtorch in each process. Default: 1. */
  readonly threads?: number | undefined;
}

/** A body that other processes can import: a module URL and the name of an exported function. */
export interface SweepModule {
  readonly module: URL | string;
  readonly name: string;
}

/**
 * Calls `body` at every combination of the values, the last variable fastest, without recording gradients. Tensors
 * that it creates are freed after each row.
 *
 * With several processes, the body is a function that a module exports, and the result a promise. Rows and their
 * order are the same for any number of processes, as long as the body depends only on its point (so make seeds a
 * variable). They are bit for bit those of a sweep in this process with the same number of threads.
 *
 * @param axes - the values of each variable
 * @param body - returns the columns of its row; or the module from which processes import it
 * @returns one row per combination: the variables, then the columns of the body
 * @throws UsageError without variables, for a variable without values, a column that is not a number or is named
 * like a variable, or rows with different columns; AbortError if `signal` aborts
 *
 * @example
 * sweep({ L: [8, 16], seed: [1, 2] }, ({ L, seed }) => ({ error: errorOf(L, seed) }));
 * await sweep({ L: [8, 16], seed: [1, 2] }, { module: new URL('./error-of.js', import.meta.url), name: 'row' }, {
 * processes: 4 });
 */
export function sweep<A extends Axes, R extends SweepRow>(
  axes: A,
  body: (point: PointOf<A>) => R,
  options?: SweepOptions<PointOf<A> & R>,
): (PointOf<A> & R)[];
export function sweep<A extends Axes>(
  axes: A,
  body: SweepModule,
  options?: SweepProcesses<PointOf<A> & SweepRow>,
): Promise<(PointOf<A> & SweepRow)[]>;
export function sweep<A extends Axes>(
  axes: A,
  body: ((point: PointOf<A>) => SweepRow) | SweepModule,
  options: SweepProcesses<PointOf<A> & SweepRow> = {},
): (PointOf<A> & SweepRow)[] | Promise<(PointOf<A> & SweepRow)[]> {
  checkOptions('sweep', options, { signal: true, onProgress: true, processes: true, threads: true });
  const points = combinations(axes) as PointOf<A>[];
  if (typeof body !== 'function') return sweepModule(points, body, options);
  if (options.processes !== undefined || options.threads !== undefined)
    throw new UsageError(
      'a sweep in processes needs its body as { module, name }: export the function from a separate module',
    );
  const table = collector(points, options);
  for (const [i, point] of points.entries()) table.add(i, measureRow(body, point));
  return table.rows;
}

async function sweepModule<P extends SweepRow>(
  points: readonly P[],
  body: SweepModule,
  options: SweepProcesses<P & SweepRow>,
): Promise<(P & SweepRow)[]> {
  const { processes = 1, threads = 1, signal } = options;
  if (isWorker())
    throw new UsageError(
      'a process of a sweep cannot start another sweep: move the body to a separate module',
    );
  const { module, name } = addressOf(body);
  const table = collector(points, options);
  const tasks = points.map((point): RowTask => ({ module, name, point }));
  await runTasks<RowWorker>(tasks, {
    call: 'sweep',
    module: new URL('./sweep-worker.js', import.meta.url),
    processes,
    threads,
    signal,
    onAnswer(task, answer) {
      if (answer.kind === 'result') {
        table.add(tasks.indexOf(task), answer.result as P & SweepRow);
        return;
      }
      const { exitCode } = answer;
      const at = Object.entries(task.point).map(([variable, value]) => `${variable} = ${value}`);
      const message = `row ${at.join(', ')} of the sweep failed: ${answer.message}`;
      throw exitCode === exitCodes.usage
        ? new UsageError(message)
        : new MeanfieldError(message, { exitCode });
    },
  });
  return table.rows;
}

function addressOf(body: SweepModule): { module: string; name: string } {
  const { module, name } = Object(body) as Partial<SweepModule>;
  if (typeof name !== 'string' || !(module instanceof URL || typeof module === 'string'))
    throw unexpected('a function, or { module, name },', 'the body of a sweep', body);
  const text = String(module);
  if (isAbsolute(text)) return { module: pathToFileURL(text).href, name };
  if (!/^(file|data):/.test(text))
    throw unexpected(
      "an absolute path or URL, such as new URL('./row.js', import.meta.url),",
      'the module',
      text,
    );
  return { module: text, name };
}

/** Collects rows in the order of their points, for any order of arrival. */
function collector<P extends SweepRow, R extends SweepRow>(
  points: readonly P[],
  { signal, onProgress }: SweepOptions<P & R>,
): { readonly rows: (P & R)[]; add(i: number, row: P & R): void } {
  const rows: (P & R)[] = [];
  let [done, first, last]: [number, (P & R) | undefined, (P & R) | undefined] = [0, undefined, undefined];
  const watch = watchCall('sweep', {
    signal,
    onProgress:
      onProgress &&
      ((progress) => {
        onProgress({ ...progress, row: last! });
      }),
  });
  return {
    rows,
    add(i, row) {
      checkColumns([(first ??= row), row]);
      rows[i] = last = row;
      watch(++done, points.length);
    },
  };
}

function combinations(axes: Axes): SweepRow[] {
  if (typeof axes !== 'object' || (axes as unknown) === null || isList(axes))
    throw unexpected('variables and their values, such as { L: [8, 16] },', 'a sweep', axes);
  const entries = Object.entries(axes).map(
    ([name, values]) => [name, checkNumbers(`the variable ${name} of the sweep`, values)] as const,
  );
  if (!entries.length)
    throw new UsageError('a sweep needs at least one variable, such as { L: [8, 16, 32] }');
  for (const [name, values] of entries)
    if (!values.length) throw new UsageError(`the variable ${name} of the sweep has no values`);
  return entries.reduce<SweepRow[]>(
    (points, [name, values]) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}
