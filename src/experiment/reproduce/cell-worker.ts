/** One process of a grid: trains the cells it receives, each under a claim, and reports progress. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ExitCode, exitCodes } from '../../errors.ts';
import { absolutePath, takeClaim } from '../../io/index.ts';
import { runFiles } from '../../runs/index.ts';
import { type Progress, resumeRun, startRun } from '../../train/index.ts';
import { guardProcess } from '../../process-guard.ts';
import type { Cell } from './grid.ts';
import { runFolder, standingOf } from './standing.ts';
import { supersededExit } from './superseded.ts';
import { type Failure, failureOf } from './worker-process.ts';

export interface CellTask {
  readonly root: string;
  readonly cell: Cell;
  readonly threads: number;
  readonly dataDir: string | undefined;
}

export type CellMessage =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** `taken`: another process has the cell, or finished it. */
  | { readonly kind: 'end'; readonly how: 'finished' | 'stopped' | 'taken' }
  | ({ readonly kind: 'error' } & Failure);

const tell = (message: CellMessage): void => {
  if (process.connected) process.send?.(message);
};

let interrupted: ExitCode | undefined;
const stop = (): void => {
  interrupted = exitCodes.terminated;
};
guardProcess();
// The parent is gone: progress is saved. A message in flight fails before the disconnect is known.
process.on('disconnect', stop);
process.on('error', stop);
process.on('SIGTERM', stop);
// A terminal sends Ctrl-C and SIGHUP to the whole group; the grid decides what to do.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);

async function train(task: CellTask): Promise<CellMessage> {
  const { root, cell, threads, dataDir } = task;
  const claim = takeClaim(root, cell.name);
  if (!claim) return { kind: 'end', how: 'taken' };
  try {
    const { state } = standingOf(root, cell, { own: true });
    if (state !== 'new' && state !== 'broken') return { kind: 'end', how: 'taken' };
    tell({ kind: 'claimed' });
    const leaveIfSuperseded = (): void => {
      // Two processes must not write one folder: a process that wakes up too late exits at once, and writes nothing.
      if (!claim.held()) process.exit(supersededExit);
    };
    const options = {
      onProgress(progress: Progress) {
        tell({ kind: 'progress', progress });
      },
      beforeWriting: leaveIfSuperseded,
      interrupted() {
        leaveIfSuperseded();
        return interrupted;
      },
    };
    const dir = runFolder(root, cell);
    const changes = { threads, ...(dataDir !== undefined && { dataDir: absolutePath(dataDir) }) };
    // The leftovers of a kill between creating the folder and writing the settings.
    leaveIfSuperseded();
    if (state === 'new') rmSync(dir, { recursive: true, force: true });
    const session = existsSync(join(dir, runFiles.config))
      ? await resumeRun(dir, changes, options)
      : await startRun({ ...cell.config, ...changes }, { ...options, root, name: cell.name });
    return { kind: 'end', how: session.result ? 'finished' : 'stopped' };
  } finally {
    claim.release();
  }
}

process.on('message', (task: CellTask) => {
  train(task)
    .catch((error: unknown): CellMessage => ({ kind: 'error', ...failureOf(error) }))
    .then((message) => {
      tell(message);
      // One process per run, so that libtorch's memory is returned with it.
      process.disconnect();
    })
    .catch(() => process.exit(exitCodes.failed));
});
