/** Whether what a run folder has beside its journals is new. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../../runs/index.ts';
import { statOf } from './inside.ts';
import type { OpenRun } from './run-index.ts';

const pages = [runFiles.report, runFiles.analysisPage, runFiles.samples];

function checkpointsOf(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

/** Another text when a page or a checkpoint is there that was not, or was written anew, or is gone. */
export function folderStamp({ dir, found }: Pick<OpenRun, 'dir' | 'found'>): string {
  const checkpoints = found.names.has(runFiles.checkpoints)
    ? checkpointsOf(join(dir, runFiles.checkpoints)).map((name) => join(runFiles.checkpoints, name))
    : [];
  const there = [...pages.filter((name) => found.names.has(name)), ...checkpoints.sort()];
  return there.map((name) => `${name} ${statOf(join(dir, name))?.mtimeMs ?? 0}`).join('\n');
}
