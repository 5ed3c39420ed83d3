/**
 * A grid as records to keep or to publish, and back. The published folder is itself a grid: its finished cells count as
 * finished there, and runs under way lie in it as packed files.
 */
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '../../io/index.ts';
import { runFiles } from '../../runs/index.ts';
import type { Grid } from './grid.ts';
import { packedFile, packRun, unpackRun } from './pack.ts';
import { writeSharedRecords } from './shared-records.ts';
import { runFolder, standingOf } from './standing.ts';

export interface Published {
  readonly finished: number;
  /** Runs under way, with the bytes of their files. */
  readonly packed: ReadonlyMap<string, number>;
  /** Cells that a process trains now: they are left out. */
  readonly running: readonly string[];
}

/**
 * Copies the records of every finished cell, and packs those that were interrupted.
 *
 * @throws FileError if a folder cannot be written
 */
export async function publishRuns(grid: Grid, root: string, to: string): Promise<Published> {
  let finished = 0;
  const packed = new Map<string, number>();
  const running: string[] = [];
  for (const cell of grid.cells) {
    const standing = standingOf(root, cell);
    const from = runFolder(root, cell);
    const file = packedFile(to, cell.name);
    if (standing.state === 'finished') {
      const dir = runFolder(to, cell);
      await writeSharedRecords(from, dir);
      // Last: a folder with a result is a finished run.
      writeFileAtomic(join(dir, runFiles.result), `${JSON.stringify(standing.result)}\n`);
      rmSync(file, { force: true });
      finished++;
    } else if (standing.state === 'broken' && existsSync(join(from, runFiles.checkpoints, 'last'))) {
      packed.set(cell.name, await packRun(from, file));
    } else if (standing.state === 'running') running.push(cell.name);
  }
  return { finished, packed, running };
}

export interface Adopted {
  readonly finished: number;
  readonly unpacked: number;
}

/**
 * The reverse: brings the finished and the packed cells of a published grid into the folder `root`, where they are new.
 * Cells that `root` has already stay as they are.
 *
 * @throws UsageError if a run there has other settings, FileError or DataError if a file is damaged
 */
export async function adoptRuns(grid: Grid, published: string, root: string): Promise<Adopted> {
  let [finished, unpacked] = [0, 0];
  for (const cell of grid.cells) {
    if (standingOf(root, cell).state !== 'new') continue;
    const [dir, file] = [runFolder(root, cell), packedFile(published, cell.name)];
    if (standingOf(published, cell).state === 'finished') {
      makeFolder(root);
      cpSync(runFolder(published, cell), dir, { recursive: true });
      finished++;
    } else if (existsSync(file)) {
      makeFolder(root);
      rmSync(dir, { recursive: true, force: true });
      await unpackRun(file, dir);
      standingOf(root, cell);
      unpacked++;
    }
  }
  return { finished, unpacked };
}
