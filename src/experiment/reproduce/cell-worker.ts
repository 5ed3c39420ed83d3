/**
 * One process of a grid: trains the cell it receives, under a claim. One process per run, so that libtorch's memory is
 * returned with it.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ExitCode, exitCodes } from '../../errors.ts';
import { absolutePath } from '../../io/index.ts';
import { answerTasks, takeClaim } from '../../processes/index.ts';
import { runFiles } from '../../runs/index.ts';
import { type Progress, resumeRun, startRun } from '../../train/index.ts';
import type { Cell } from './grid.ts';
import { runFolder, standingOf } from './standing.ts';
import { supersededExitCode } from './superseded.ts';

interface CellTask {
  readonly root: string;
  readonly cell: Cell;
  readonly threads: number;
  readonly dataDir: string | undefined;
}

/** `claimed` comes first. */
type CellProgress = 'claimed' | Progress;

/** `taken`: another process has the cell, or finished it. */
export type CellOutcome = 'finished' | 'stopped' | 'taken';

export interface CellWorker {
  readonly task: CellTask;
  readonly progress: CellProgress;
  readonly result: CellOutcome;
}

let interrupted: ExitCode | undefined;
async function train(
  { root, cell, threads, dataDir }: CellTask,
  onProgress: (progress: CellProgress) => void,
): Promise<CellOutcome> {
  const claim = takeClaim(root, cell.name);
  if (!claim) return 'taken';
  try {
    const { state } = standingOf(root, cell, { own: true });
    if (state !== 'new' && state !== 'broken') return 'taken';
    onProgress('claimed');
    const leaveIfSuperseded = (): void => {
      // Two processes must not write one folder: a process that wakes up too late exits at once, and writes nothing.
      if (!claim.held()) process.exit(supersededExitCode);
    };
    const options = {
      onProgress,
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
    return session.result ? 'finished' : 'stopped';
  } finally {
    claim.release();
  }
}

// Progress is saved, even if the parent is gone.
answerTasks<CellWorker>(train, () => {
  interrupted = exitCodes.terminated;
});
