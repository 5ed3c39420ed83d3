/** Detects changes in a run folder other than in its journals. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../../runs/index.ts';
import { statOf } from './path-guard.ts';
import type { OpenRun } from './run-index.ts';

const pages = [runFiles.report, runFiles.analysisPage, runFiles.samples];

function checkpointsOf(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

/** A text that changes when a page or checkpoint is added, rewritten or removed. */
export function folderStamp({ dir, found }: Pick<OpenRun, 'dir' | 'found'>): string {
  const checkpoints = found.names.has(runFiles.checkpoints)
    ? checkpointsOf(join(dir, runFiles.checkpoints)).map((name) => join(runFiles.checkpoints, name))
    : [];
  const there = [...pages.filter((name) => found.names.has(name)), ...checkpoints.sort()];
  return there.map((name) => `${name} ${statOf(join(dir, name))?.mtimeMs ?? 0}`).join('\n');
}
