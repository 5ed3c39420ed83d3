/** The checkpoints of a run whose weights are read: not all of many. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { evenly, runFiles } from '../../runs/index.ts';
import { fileInside } from './inside.ts';
import type { OpenRun } from './run-index.ts';

/** A larger file is passed over. */
const mostBytes = 2 ** 29;
/** Of all files that are read of one run. Two are always read: no two have more. */
const mostBytesTogether = 2 ** 30;

export interface CheckpointFile {
  readonly name: string;
  readonly file: string;
  readonly size: number;
  readonly savedAt: number;
}

/** In the order in which they were saved. */
export function checkpointFiles({ dir, realRoot, found }: OpenRun): CheckpointFile[] {
  if (!found.names.has(runFiles.checkpoints)) return [];
  return readdirSync(join(dir, runFiles.checkpoints))
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const file = fileInside(realRoot, join(dir, runFiles.checkpoints, name, 'model.safetensors'));
      const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
      if (!file || !stat || stat.size > mostBytes) return [];
      return [{ name, file, size: stat.size, savedAt: stat.mtimeMs }];
    })
    .sort((a, b) => a.savedAt - b.savedAt || (a.name < b.name ? -1 : 1));
}

/** An even choice of at most so many (2 or more), and of so few that they are read soon: the first and the last among them. */
export function chosenCheckpoints<T extends { readonly size: number }>(
  all: readonly T[],
  most: number,
): readonly T[] {
  for (let count = Math.min(most, all.length); count > 2; count--) {
    const chosen = evenly(all, count);
    if (chosen.reduce((sum, { size }) => sum + size, 0) <= mostBytesTogether) return chosen;
  }
  return evenly(all, 2);
}
