/** Trains the cells of a grid in separate processes, a few at a time, until every cell is done here or elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, type ExitCode } from '../../errors.ts';
import { type Answer, beatClaim, type Failure, startWorker } from '../../processes/index.ts';
import type { Progress } from '../../train/index.ts';
import type { CellOutcome, CellWorker } from './cell-worker.ts';
import { supersededExitCode } from './superseded.ts';
import type { Cell } from './grid.ts';
import { type Standing, standingOf } from './standing.ts';

export interface PoolOptions {
  readonly root: string;
  readonly dataDir?: string;
  /** Concurrent runs, and threads of each. */
  readonly jobs: number;
  readonly threads: number;
  readonly onStart?: (cell: Cell) => void;
  readonly onProgress?: (cell: Cell, progress: Progress) => void;
  readonly onEnd?: (cell: Cell, end: CellEnd) => void;
  /** Called once when only cells trained by other processes remain. */
  readonly onWait?: (cells: readonly Cell[], holders: readonly string[]) => void;
  /** Polled: an exit code stops the runs after a save. */
  readonly interrupted?: () => ExitCode | undefined;
}

export type CellEnd = { readonly how: CellOutcome } | ({ readonly how: 'failed' } & Failure);

export interface PoolOutcome {
  /** Cells that failed in this call. */
  readonly failed: readonly Cell[];
  readonly interrupted?: ExitCode;
}

/** Wrong settings, or something that the machine lacks: the next run would fail the same way. */
const hopeless: ReadonlySet<ExitCode> = new Set([exitCodes.usage, exitCodes.environment]);

const heartbeat = 20_000;
const pollEvery = 1000;

export async function trainCells(cells: readonly Cell[], options: PoolOptions): Promise<PoolOutcome> {
  const failed: Cell[] = [];
  const done = new Set<Cell>();
  const busy = new Set<Cell>();
  let waiting = false;
  const next = (): Cell | 'wait' | 'done' => {
    const left = cells.filter((cell) => !busy.has(cell) && !done.has(cell) && !failed.includes(cell));
    const standings = left.map((cell): [Cell, Standing] => [cell, standingOf(options.root, cell)]);
    for (const [cell, { state }] of standings)
      if (state === 'finished' || state === 'diverged') done.add(cell);
    const [free] = standings.find(([, { state }]) => state === 'new' || state === 'broken') ?? [];
    if (free) return free;
    const elsewhere = standings.flatMap(([cell, one]) => (one.state === 'running' ? [{ cell, ...one }] : []));
    if (!elsewhere.length) return 'done';
    if (!waiting && busy.size === 0) {
      waiting = true;
      options.onWait?.(
        elsewhere.map(({ cell }) => cell),
        [...new Set(elsewhere.map(({ holder }) => holder))],
      );
    }
    return 'wait';
  };
  // One failure stops all: a missing data set, an unreadable folder.
  let fatal: unknown;
  let stopped = false;
  const work = async (): Promise<void> => {
    while (options.interrupted?.() === undefined && fatal === undefined && !stopped) {
      const cell = next();
      if (cell === 'done') return;
      if (cell === 'wait') {
        await sleep(pollEvery);
        continue;
      }
      busy.add(cell);
      const end = await trainCell(cell, options);
      busy.delete(cell);
      options.onEnd?.(cell, end);
      if (end.how !== 'failed') continue;
      failed.push(cell);
      if (hopeless.has(end.exitCode)) stopped = true;
    }
  };
  await Promise.all(
    Array.from({ length: options.jobs }, () =>
      work().catch((error: unknown) => {
        fatal ??= error;
      }),
    ),
  );
  if (fatal !== undefined) throw fatal as Error;
  const interrupted = options.interrupted?.();
  return { failed, ...(interrupted !== undefined && { interrupted }) };
}

/** One run in one process; a process that dies is a failed run, and can be resumed. */
async function trainCell(cell: Cell, options: PoolOptions): Promise<CellEnd> {
  const { root, dataDir, threads } = options;
  const worker = startWorker<CellWorker>(new URL('cell-worker.js', import.meta.url), threads);
  const beat = setInterval(() => {
    try {
      beatClaim(root, cell.name, worker.pid ?? 0);
    } catch {
      // The run itself reports a full disk or a lost folder.
    }
  }, heartbeat);
  const watch = setInterval(() => {
    if (options.interrupted?.() !== undefined) worker.kill('SIGTERM');
  }, 100);
  try {
    const answer = await worker.run({ root, cell, threads, dataDir }, (progress) => {
      if (progress === 'claimed') options.onStart?.(cell);
      else options.onProgress?.(cell, progress);
    });
    await worker.close();
    return endOf(answer, options.interrupted?.() !== undefined);
  } finally {
    clearInterval(beat);
    clearInterval(watch);
  }
}

function endOf(answer: Answer<CellOutcome>, interrupted: boolean): CellEnd {
  if (answer.kind === 'result') return { how: answer.result };
  const { message, exitCode } = answer;
  if ('end' in answer) {
    if (answer.end.code === supersededExitCode) return { how: 'taken' };
    // Before the process has signal handlers, signals kill it.
    if (answer.end.signal && interrupted) return { how: 'stopped' };
  }
  return { how: 'failed', message, exitCode };
}
