/** Finds run folders and grids below the runs folder; unchanged folders are not listed again. */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../../runs/index.ts';
import { type Grid, rootGrid } from '../protocol/index.ts';
import { isInside, realPath, statOf } from './path-guard.ts';

/** Maximum depth of a run below the runs folder: `run`, `grid/run`, `reproduce/grid/run`. */
const maxDepth = 3;
/** Limit of visited folders; a larger tree is not a runs folder. */
const maxFolders = 50_000;
/** Folders modified within this time (ms) are listed again: the timestamp's resolution may hide a change. */
const settleTime = 1000;

/** Record of `meanfield reproduce` in a grid's folder. */
export const gridRecord = 'results.json';

export interface RunFolder {
  readonly id: string;
  readonly dir: string;
  /** Changes when an entry is added, renamed or removed. NaN if it may have changed. */
  readonly stamp: number;
  /** The entries, if the folder was listed in this walk. */
  readonly entries?: readonly Dirent[];
}

interface Folder {
  readonly stamp: number;
  readonly isRun: boolean;
  readonly isGrid: boolean;
  /** Names of the subfolders. */
  readonly children: readonly string[];
  readonly problems: readonly string[];
}

const skipped = (name: string): boolean => name.startsWith('.') || name === 'node_modules';

export class FolderWalk {
  readonly root: string;
  #known = new Map<string, Folder>();
  #grids: readonly Grid[] = [];
  #problems: readonly string[] = [];

  constructor(root: string) {
    this.root = root;
  }

  /** Grids found by the last walk. */
  get grids(): readonly Grid[] {
    return this.#grids;
  }

  /** Folders that the last walk could not read. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Yields the run folders one by one; an empty yield is a chance to do other work. */
  *walk(): Generator<RunFolder | undefined> {
    const grids: Grid[] = [];
    const problems: string[] = [];
    const known = new Map<string, Folder>();
    const realRoot = realPath(this.root);
    if (realRoot === undefined)
      problems.push(
        `${this.root} does not exist yet: start a run, or open the Studio with the folder of your runs`,
      );
    const open: { id: string; depth: number }[] = realRoot === undefined ? [] : [{ id: '', depth: 0 }];
    for (let next; (next = open.pop()) !== undefined;) {
      const { id, depth } = next;
      const dir = join(this.root, id);
      const { folder, entries } = this.#look(dir, id, realRoot!);
      if (!folder) continue;
      known.set(id, folder);
      problems.push(...folder.problems);
      if (folder.isGrid)
        grids.push({ id: id || rootGrid, written: statOf(join(dir, gridRecord))?.mtimeMs ?? 0 });
      if (folder.isRun) yield { id, dir, stamp: folder.stamp, ...(entries && { entries }) };
      else if (depth < maxDepth) {
        for (const name of [...folder.children].reverse())
          open.push({ id: id ? `${id}/${name}` : name, depth: depth + 1 });
        yield undefined;
      }
      if (known.size >= maxFolders) {
        problems.push(
          `${this.root} has more than ${maxFolders} folders: the rest is not shown; open the Studio with a smaller folder`,
        );
        break;
      }
    }
    this.#known = known;
    this.#grids = grids.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#problems = problems;
  }

  #look(dir: string, id: string, realRoot: string): { folder?: Folder; entries?: readonly Dirent[] } {
    const stat = statOf(dir);
    if (!stat?.isDirectory()) return {};
    const stamp = Date.now() - stat.mtimeMs > settleTime ? stat.mtimeMs : Number.NaN;
    const before = this.#known.get(id);
    if (before?.stamp === stamp) return { folder: before };
    try {
      const entries = readdirSync(dir, { withFileTypes: true });
      return { folder: { stamp, ...folderOf(dir, id, entries, realRoot) }, entries };
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      const problems = [`${id || 'the runs folder'} cannot be listed (${code})`];
      return { folder: { stamp, isRun: false, isGrid: false, children: [], problems } };
    }
  }
}

function folderOf(
  dir: string,
  id: string,
  entries: readonly Dirent[],
  realRoot: string,
): Omit<Folder, 'stamp'> {
  const has = (name: string): boolean => entries.some((entry) => entry.name === name);
  const shown = entries.filter(({ name }) => !skipped(name));
  // Same rule as listRuns of src/runs, except that a configuration alone may be a `--config` file beside the runs.
  const isRun =
    id !== '' && (has(runFiles.status) || (has(runFiles.config) && !shown.some((one) => holdsRuns(one))));
  if (isRun) return { isRun, isGrid: false, children: [], problems: [] };
  // Targets of links within the runs folder are found without the links.
  const links = shown.filter((entry) => entry.isSymbolicLink() && leadsOut(join(dir, entry.name), realRoot));
  return {
    isRun,
    isGrid: has(gridRecord),
    children: shown
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(),
    problems: links.map(
      ({ name }) =>
        `${id ? `${id}/` : ''}${name} is a link that leads out of the runs folder and was skipped: open the Studio with the folder it leads to`,
    ),
  };
}

const ownFolders: ReadonlySet<string> = new Set([runFiles.checkpoints, runFiles.figures]);
const holdsRuns = (entry: Dirent): boolean => entry.isDirectory() && !ownFolders.has(entry.name);

const leadsOut = (path: string, realRoot: string): boolean =>
  statOf(path)?.isDirectory() === true && !isInside(realRoot, path);
