/** Finds run folders and grids below the runs folder; what has not changed is not listed again. */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../../runs/index.ts';
import { type Grid, rootGrid } from '../protocol/index.ts';
import { isInside, realPath, statOf } from './inside.ts';

/** How far below the runs folder a run may be: `run`, `grid/run`, `reproduce/grid/run`. */
const deepest = 3;
/** Folders that are looked at; a runs folder with more of them is some other folder. */
const mostFolders = 50_000;
/** A folder that changed less long ago is listed again: its time may stand still while it changes. In ms. */
const settled = 1000;

/** The record of `meanfield reproduce` in the folder of a grid. */
export const gridRecord = 'results.json';

export interface RunFolder {
  readonly id: string;
  readonly dir: string;
  /** Another number than before: something in the folder is new, renamed or gone. NaN: it may be. */
  readonly stamp: number;
  /** What is in it, where it was listed just now. */
  readonly entries?: readonly Dirent[];
}

interface Folder {
  readonly stamp: number;
  readonly isRun: boolean;
  readonly isGrid: boolean;
  /** Names of the folders in it. */
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

  /** Of the last walk. */
  get grids(): readonly Grid[] {
    return this.#grids;
  }

  /** Of the last walk: what could not be looked at. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** The run folders, one by one; a yield without one is a moment to do something else. */
  *walk(): Generator<RunFolder | undefined> {
    const grids: Grid[] = [];
    const problems: string[] = [];
    const known = new Map<string, Folder>();
    const realRoot = realPath(this.root);
    if (realRoot === undefined)
      problems.push(
        `${this.root} is not there yet: start a run, or open the Studio with the folder that holds your runs`,
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
      else if (depth < deepest) {
        for (const name of [...folder.children].reverse())
          open.push({ id: id ? `${id}/${name}` : name, depth: depth + 1 });
        yield undefined;
      }
      if (known.size >= mostFolders) {
        problems.push(
          `${this.root} has more than ${mostFolders} folders: the rest is not shown; open the Studio with a smaller one`,
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
    const stamp = Date.now() - stat.mtimeMs > settled ? stat.mtimeMs : Number.NaN;
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
  // As listRuns of src/runs has it; but a configuration alone may be for `--config`, with the runs beside it.
  const isRun =
    id !== '' && (has(runFiles.status) || (has(runFiles.config) && !shown.some((one) => holdsRuns(one))));
  if (isRun) return { isRun, isGrid: false, children: [], problems: [] };
  // What a link inside leads to is found without it.
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
        `${id ? `${id}/` : ''}${name} is a link out of the runs folder and was left out: open the Studio with the folder it leads to`,
    ),
  };
}

const ownFolders: ReadonlySet<string> = new Set([runFiles.checkpoints, runFiles.figures]);
const holdsRuns = (entry: Dirent): boolean => entry.isDirectory() && !ownFolders.has(entry.name);

const leadsOut = (path: string, realRoot: string): boolean =>
  statOf(path)?.isDirectory() === true && !isInside(realRoot, path);
