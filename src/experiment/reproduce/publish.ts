/**
 * Publishes a grid, and continues from a published one. The published folder is itself a grid: its finished cells count
 * as finished, and its interrupted runs resume.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeCsv, makeFolder, writeFileAtomic } from '../../io/index.ts';
import { readRun, runFiles, type RunResult, type StepRecord } from '../../runs/index.ts';
import { readCheckpointState } from '../../train/index.ts';
import type { Cell, Grid } from './grid.ts';
import {
  copyRecords,
  lastCheckpoint,
  openRecords,
  packRecords,
  singleRunFile,
  unpackRecords,
} from './records.ts';
import { writeSharedRecords } from './shared-records.ts';
import { runFolder, standingOf } from './standing.ts';

export interface Published {
  readonly finished: number;
  /** Bytes of each interrupted run, before compression. */
  readonly packed: ReadonlyMap<string, number>;
  /** Cells that are being trained: they are omitted. */
  readonly running: readonly string[];
}

/**
 * Writes the records of all finished and interrupted cells to the archive in `to`, and the loss curves of all its runs to
 * `curves.csv.gz`. Other runs in the archive stay.
 *
 * @param runs - the folder of the run folders
 * @throws FileError if a file cannot be written
 */
export async function publishRuns(grid: Grid, runs: string, to: string): Promise<Published> {
  const shared = mkdtempSync(join(tmpdir(), 'meanfield-publish-'));
  try {
    await unpackRecords(to, shared);
    let finished = 0;
    const packed = new Map<string, number>();
    const running: string[] = [];
    for (const cell of grid.cells) {
      const standing = standingOf(runs, cell);
      const [from, dir] = [runFolder(runs, cell), runFolder(shared, cell)];
      if (standing.state === 'finished') {
        rmSync(dir, { recursive: true, force: true });
        await shareFinished(from, dir, standing.result);
        finished++;
      } else if (standing.state === 'broken' && existsSync(join(from, lastCheckpoint))) {
        rmSync(dir, { recursive: true, force: true });
        await shareInterrupted(from, dir);
        packed.set(cell.name, sizeOf(dir));
      } else if (standing.state === 'running') running.push(cell.name);
    }
    await packRecords(shared, to);
    for (const { name } of grid.cells) rmSync(singleRunFile(to, name), { force: true });
    await writeCurves(shared, join(to, 'curves.csv.gz'));
    return { finished, packed, running };
  } finally {
    rmSync(shared, { recursive: true, force: true });
  }
}

async function shareFinished(from: string, dir: string, result: RunResult): Promise<void> {
  // Published records are copied unchanged: thinning their steps again would lose some.
  if (readRun(from).status()?.host === '') copyRecords(from, dir);
  else {
    await writeSharedRecords(from, dir);
    writeFileAtomic(join(dir, runFiles.result), `${JSON.stringify(result)}\n`);
  }
}

/** The records up to the last checkpoint, and the checkpoint. */
async function shareInterrupted(from: string, dir: string): Promise<void> {
  const { step } = readCheckpointState(join(from, lastCheckpoint));
  await writeSharedRecords(from, dir, step);
  makeFolder(dirname(join(dir, lastCheckpoint)));
  cpSync(join(from, lastCheckpoint), join(dir, lastCheckpoint), { recursive: true });
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

/** One row for each recorded step of each run. */
async function writeCurves(runs: string, file: string): Promise<void> {
  const rows: Record<string, string | number | null>[] = [];
  for (const run of readdirSync(runs).sort())
    for (const step of await readRun(join(runs, run)).steps()) rows.push({ run, ...curvePoint(step) });
  writeFileAtomic(file, gzipSync(encodeCsv(rows), { level: 9 }));
}

const curvePoint = ({ step, epoch, loss, error, lr, tauLr, imagesPerSecond, seconds }: StepRecord) => ({
  step,
  epoch,
  loss,
  error,
  lr,
  tau_lr: tauLr ?? null,
  images_per_second: imagesPerSecond,
  seconds,
});

interface Adopted {
  readonly finished: number;
  readonly resumable: number;
}

/**
 * Copies the finished and interrupted runs of a published grid to the folder `root`. Cells that `root` has already stay as
 * they are.
 *
 * @throws UsageError if a run there has other settings, FileError or DataError if a file is damaged
 */
export async function importRuns(grid: Grid, published: string, root: string): Promise<Adopted> {
  const { runs, close } = await openRecords(published);
  try {
    let [finished, resumable] = [0, 0];
    for (const cell of grid.cells) {
      if (standingOf(root, cell).state !== 'new') continue;
      const { state } = standingOf(runs, cell);
      if (state === 'finished') finished++;
      else if (state === 'broken' && existsSync(join(runFolder(runs, cell), lastCheckpoint))) {
        readCheckpointState(join(runFolder(runs, cell), lastCheckpoint));
        resumable++;
      } else continue;
      copyRun(cell, runs, root);
    }
    return { finished, resumable };
  } finally {
    close();
  }
}

/** Copies a run atomically. */
function copyRun(cell: Cell, from: string, root: string): void {
  const dir = runFolder(root, cell);
  const fresh = join(root, `.${cell.name}.copied-${process.pid}`);
  makeFolder(root);
  try {
    cpSync(runFolder(from, cell), fresh, { recursive: true, dereference: true });
    rmSync(dir, { recursive: true, force: true });
    renameSync(fresh, dir);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    throw cause;
  }
}
