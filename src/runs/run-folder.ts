/** Recognizes run folders. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOfCode } from '../io/system-error.ts';
import { runFiles } from './layout.ts';

/** A run folder has one of these files from the start. */
const marks = [runFiles.config, runFiles.status];

/** Whether a folder is a run folder. */
export const isRunFolder = (dir: string): boolean => marks.some((name) => existsSync(join(dir, name)));

/** One line on why a path is not a run folder; undefined if it is one. */
export function notRunFolder(path: string): string | undefined {
  if (path === '') return 'an empty name is not a run folder';
  let found;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return `${path} is not a run folder: ${reasonOfCode((error as NodeJS.ErrnoException).code) ?? String(error)}`;
  }
  if (!found) return `${path} does not exist`;
  if (!found.isDirectory()) return `${path} is a file, not a run folder`;
  return isRunFolder(path) ? undefined : `${path} is not a run folder: it has no ${marks.join(' and no ')}`;
}
