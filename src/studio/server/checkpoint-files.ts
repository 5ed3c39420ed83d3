/** Selects the checkpoints of a run whose weights are read. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { evenly, runFiles } from '../../runs/index.ts';
import { fileInside } from './path-guard.ts';
import type { OpenRun } from './run-index.ts';

/** Larger files are skipped, in bytes. */
const maxBytes = 2 ** 29;
/** Limit for all files read of one run, in bytes. Two files always fit. */
const maxTotalBytes = 2 ** 30;

export interface CheckpointFile {
  readonly name: string;
  readonly file: string;
  readonly size: number;
  readonly savedAt: number;
}

/** Checkpoint files in the order in which they were saved. */
export function checkpointFiles({ dir, realRoot, found }: OpenRun): CheckpointFile[] {
  if (!found.names.has(runFiles.checkpoints)) return [];
  return readdirSync(join(dir, runFiles.checkpoints))
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const file = fileInside(realRoot, join(dir, runFiles.checkpoints, name, 'model.safetensors'));
      const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
      if (!file || !stat || stat.size > maxBytes) return [];
      return [{ name, file, size: stat.size, savedAt: stat.mtimeMs }];
    })
    .sort((a, b) => a.savedAt - b.savedAt || (a.name < b.name ? -1 : 1));
}

/**
 * An evenly spaced selection of at most `max` (2 or more) checkpoints within the size limit, including the first
 * and the last.
 */
export function selectCheckpoints<T extends { readonly size: number }>(
  all: readonly T[],
  max: number,
): readonly T[] {
  for (let count = Math.min(max, all.length); count > 2; count--) {
    const chosen = evenly(all, count);
    if (chosen.reduce((sum, { size }) => sum + size, 0) <= maxTotalBytes) return chosen;
  }
  return evenly(all, 2);
}
