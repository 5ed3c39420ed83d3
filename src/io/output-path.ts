/** Checks output paths before hours of work. */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FileError } from '../errors.ts';
import { isFolder } from './stat-of.ts';
import { reasonOfCode } from './system-error.ts';

interface FolderOptions {
  /** Permissions of created folders. Default: those of the process. */
  readonly mode?: number;
  /** Start of the error message. */
  readonly problem?: string;
  /** End of the error message: the remedy. */
  readonly advice?: string;
}

/**
 * Creates a writable folder with its parents; it may exist. Each level is created by a separate call: Node's
 * `recursive` never returns where a parent exists and cannot hold folders (/proc).
 *
 * @throws FileError if the folder cannot be created
 */
export function makeFolder(
  dir: string,
  { mode, problem = `cannot write to ${dir}`, advice = 'choose another folder' }: FolderOptions = {},
): void {
  if (dir === '') throw new FileError('expected a folder to write to, got an empty name');
  attempt(
    problem,
    () => {
      const missing: string[] = [];
      for (let at = resolve(dir); !existsSync(at); at = dirname(at)) missing.push(at);
      for (const folder of missing.reverse())
        // Another process may have created it meanwhile.
        if (!makeLevel(folder, mode) && !isFolder(folder))
          throw new Refusal(`${folder} is a link that leads nowhere`);
      if (!isFolder(dir)) throw new Refusal('it is a file, not a folder');
      accessSync(dir, constants.W_OK | constants.X_OK);
    },
    advice,
  );
}

/**
 * Creates a folder exclusively.
 *
 * @returns false if the name exists
 * @throws FileError if its parent is missing or cannot hold folders
 */
export function makeNewFolder(dir: string): boolean {
  return attempt(`cannot write to ${dir}`, () => makeLevel(dir), 'choose another folder');
}

/** Creates a folder whose parent exists. Returns false if the name exists. */
function makeLevel(folder: string, mode?: number): boolean {
  try {
    mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT' && isFolder(dirname(folder)))
      throw new Refusal(`${dirname(folder)} cannot hold folders`, error);
    if (code === 'ENOTDIR') throw new Refusal(`${dirname(folder)} is a file, not a folder`, error);
    throw error;
  }
}

/**
 * Checks that a file can be written, without writing it.
 *
 * @throws FileError if it is a folder, or its folder is missing or read-only
 */
export function checkOutputFile(path: string): void {
  if (path === '') throw new FileError('expected a file to write, got an empty name');
  attempt(`cannot write ${path}`, () => {
    const folder = dirname(path);
    if (!existsSync(folder)) throw new Refusal(`there is no folder ${folder}`);
    if (!isFolder(folder)) throw new Refusal(`${folder} is a file, not a folder`);
    if (isFolder(path)) throw new Refusal('it is a folder; give a file');
    accessSync(folder, constants.W_OK | constants.X_OK);
  });
}

/** A reason without a system error code. */
class Refusal extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
  }
}

function attempt<T>(problem: string, action: () => T, advice?: string): T {
  try {
    return action();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = error instanceof Refusal ? error.message : (reasonOfCode(code) ?? String(error));
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const remedy = isFull ? 'free some space, then resume' : advice;
    throw new FileError(`${problem}: ${reason}${remedy === undefined ? '' : `; ${remedy}`}`, error);
  }
}
