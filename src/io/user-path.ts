/** Paths as their user writes them. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** `~` and `~/x` as a shell has them, where no shell has seen them: in a file, in `--flag=~/x`. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** The same place from every working folder. */
export function absolutePath(path: string): string {
  return resolve(expandHome(path));
}
