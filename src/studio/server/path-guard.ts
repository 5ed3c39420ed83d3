/** Restricts reading to the runs folder (links are resolved) and, in a run folder, to regular files of a sane size. */
import { type Dirent, type Stats, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { runFiles } from '../../runs/index.ts';

/** The path with links resolved; undefined if it does not exist or cannot be reached. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** Returns undefined if nothing exists, also for circular links. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * Whether a path is a folder or below it.
 *
 * @param realRoot - with links resolved
 * @param path - its links are followed
 */
export function isInside(realRoot: string, path: string): boolean {
  const real = realPath(path);
  if (real === undefined) return false;
  return real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
}

const mebi = 2 ** 20;
/** Size limits of files that are read whole, in bytes. Journals are read in pieces. */
const limits: Readonly<Record<string, number>> = {
  [runFiles.status]: mebi,
  [runFiles.config]: mebi / 4,
  [runFiles.environment]: mebi,
  [runFiles.result]: 32 * mebi,
  [runFiles.summary]: 32 * mebi,
  [runFiles.samples]: 32 * mebi,
  [runFiles.metrics]: Infinity,
  [runFiles.swaps]: Infinity,
};

export interface FoundFile {
  readonly size: number;
  readonly mtimeMs: number;
}

/** The known files of a run folder. */
export interface RunFolderFiles {
  readonly files: ReadonlyMap<string, FoundFile>;
  /** Names of all entries in the folder. */
  readonly names: ReadonlySet<string>;
  /** Entries that must not be read, one line each. If there are any, nothing of the run is read. */
  readonly refused: readonly string[];
}

/**
 * Looks at a run folder without opening a file.
 *
 * @param entries - where the folder was listed just before
 * @throws the system's error if the folder cannot be listed
 */
export function inspectRunFolder(
  dir: string,
  realRoot: string,
  entries: readonly Dirent[] = readdirSync(dir, { withFileTypes: true }),
): RunFolderFiles {
  const files = new Map<string, FoundFile>();
  const refused: string[] = [];
  for (const entry of entries) {
    const { name } = entry;
    const limit = limits[name];
    if (limit === undefined && name !== runFiles.checkpoints) continue;
    const problem = refusal(entry, join(dir, name), realRoot, limit === undefined);
    if (problem) refused.push(`${name} ${problem}`);
    if (problem || limit === undefined) continue;
    const stat = statOf(join(dir, name));
    if (!stat) continue;
    if (stat.size > limit) refused.push(`${name} is too large for a file of a run (${stat.size} bytes)`);
    else files.set(name, { size: stat.size, mtimeMs: stat.mtimeMs });
  }
  return { files, names: new Set(entries.map(({ name }) => name)), refused };
}

/** Why an entry must not be opened: a pipe would block for ever, a device may do anything. */
function refusal(entry: Dirent, path: string, realRoot: string, folder: boolean): string | undefined {
  if (entry.isSymbolicLink()) {
    const stat = statOf(path);
    if (!stat) return 'is a broken link';
    if (!isInside(realRoot, path)) return 'is a link that leads out of the runs folder';
    return (folder ? stat.isDirectory() : stat.isFile())
      ? undefined
      : `is not a ${folder ? 'folder' : 'file'}`;
  }
  return (folder ? entry.isDirectory() : entry.isFile())
    ? undefined
    : `is not a ${folder ? 'folder' : 'file'}`;
}

/** Resolves a file to serve; undefined if it is outside the root, missing, or not a regular file. */
export function fileInside(realRoot: string, path: string): string | undefined {
  const real = realPath(path);
  if (real === undefined || !isInside(realRoot, real)) return undefined;
  return lstatSync(real, { throwIfNoEntry: false })?.isFile() ? real : undefined;
}
