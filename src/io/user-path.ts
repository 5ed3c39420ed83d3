/** Paths as users write them. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unexpected } from '../check.ts';

/** A path as Node's own functions take it. */
export type PathLike = string | URL;

/** The path of an argument. @throws UsageError unless it is text that can be a path, or a file URL */
export function checkPath(name: string, path: PathLike): string {
  const given: unknown = path;
  const isUrl = given instanceof URL || (typeof given === 'string' && given.startsWith('file://'));
  if (!isUrl && (typeof given !== 'string' || given === '' || given.includes('\0')))
    throw unexpected('a path or a file URL', name, given);
  if (!isUrl) return given;
  try {
    return fileURLToPath(given);
  } catch {
    throw unexpected('a path or a file URL', name, String(given));
  }
}

/** Expands `~` and `~/x` like a shell, for places where no shell does: files and `--flag=~/x`. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** The absolute path, valid from any working folder. */
export function absolutePath(path: string): string {
  return resolve(expandHome(path));
}
