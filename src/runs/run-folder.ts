/** Recognizes run folders. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathArgument, shellQuote } from '../command-line.ts';
import { reasonOfCode } from '../io/index.ts';
import { runFiles } from './layout.ts';

/** A run folder has one of these files from the start. */
const marks = [runFiles.config, runFiles.status];

/** Whether a folder is a run folder. */
export const isRunFolder = (dir: string): boolean => marks.some((name) => existsSync(join(dir, name)));

/** The depth of the deepest file of a run folder: checkpoints/last/model.safetensors. */
const depthOfRun = 3;

/** The run folder that holds a file or folder. A `config.yaml` alone may belong to another program. */
export function runFolderOf(path: string): string | undefined {
  let dir = path;
  for (let i = 0; i < depthOfRun; i++) {
    dir = join(dir, '..');
    if (existsSync(join(dir, runFiles.status))) return dir;
  }
  return undefined;
}

/** Names of the run folders directly inside a folder, sorted. */
const runsIn = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => isRunFolder(join(dir, name)))
    .sort();

/**
 * One line on why a path is not a run folder, and which one to give instead; undefined if it is one.
 *
 * @param several - whether the command takes several run folders
 */
export function notRunFolder(path: string, { several = false } = {}): string | undefined {
  if (path === '') return 'an empty name is not a run folder';
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return `${path} does not exist`;
    if (found.isDirectory() && isRunFolder(path)) return undefined;
    const [first, ...others] = found.isDirectory() ? runsIn(path) : [];
    if (first !== undefined)
      return several && others.length > 0
        ? `${path} holds ${others.length + 1} run folders; give them with ${shellQuote(pathArgument(join(path, '.')))}/*`
        : `${path} holds run folders; give one of them, such as ${join(path, first)}`;
    const run = runFolderOf(path);
    if (run !== undefined) return `${path} is inside the run folder ${run}; give that folder`;
    return found.isDirectory()
      ? `${path} is not a run folder: it has no ${marks.join(' and no ')}`
      : `${path} is a file, not a run folder`;
  } catch (error) {
    return `${path} is not a run folder: ${reasonOfCode((error as NodeJS.ErrnoException).code) ?? String(error)}`;
  }
}
