/** Writes an exported folder; the old one is kept until the new one is complete. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import { makeFolder, recoverFolder, writeError } from '../../io/index.ts';
import { realPath } from './path-guard.ts';

/** Identifies an exported folder, so that no other folder is ever replaced. */
export const mark = join('data', 'list.js');

/** Resolves a path that need not exist. Links are followed, since their target is replaced. */
const resolvePath = (path: string): string => realPath(path) ?? resolve(path);

/** @throws UsageError for a folder that holds something else */
export function checkTarget(out: string, root: string): void {
  const [target, runs] = [resolvePath(out), resolvePath(root)];
  if (`${runs}${sep}`.startsWith(target.endsWith(sep) ? target : `${target}${sep}`))
    throw new UsageError(`${out} contains the runs themselves: export to another folder`);
  let names: readonly string[] = [];
  try {
    if (existsSync(target)) names = readdirSync(target);
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOTDIR' ? 'is a file, not a folder' : 'cannot be listed';
    throw new UsageError(`${out} ${reason}: choose a new folder`, cause);
  }
  if (names.length > 0 && !existsSync(join(target, mark)))
    throw new UsageError(`${out} is not empty and is not an exported folder: choose a new one`);
}

/**
 * Builds a folder under a hidden name beside the target, then replaces the target.
 *
 * @param build - fills the folder it is given
 * @throws FileError if the folder cannot be written, and any error from `build`; the old folder stays unchanged
 */
export async function replaceFolder<T>(out: string, build: (folder: string) => Promise<T>): Promise<T> {
  const target = resolvePath(out);
  const [fresh, old] = ['new', 'old'].map((kind) =>
    join(dirname(target), `.${basename(target)}.${kind}`),
  ) as [string, string];
  // Cleans up after an export that was killed.
  recoverFolder(target);
  try {
    makeFolder(fresh);
    const built = await build(fresh);
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
    rmSync(old, { recursive: true, force: true });
    return built;
  } catch (cause) {
    if (!existsSync(target) && existsSync(old)) renameSync(old, target);
    rmSync(fresh, { recursive: true, force: true });
    throw isOfTheSystem(cause) ? writeError(out, cause) : cause;
  }
}

const isOfTheSystem = (error: unknown): boolean =>
  typeof (error as NodeJS.ErrnoException).syscall === 'string';
