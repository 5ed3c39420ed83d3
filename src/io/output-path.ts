/** Where output goes, checked before hours of work. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FileError } from '../errors.ts';
import { reasonOfCode } from './system-error.ts';

/**
 * Makes a folder that can be written to, with its parents. Not by Node's `recursive`, which never returns where a parent
 * exists and lets nobody in (/proc).
 *
 * @throws FileError if there can be no such folder
 */
export function makeFolder(dir: string): void {
  if (dir === '') throw new FileError('expected a folder to write to, got an empty name');
  attempt(`cannot write to ${dir}`, () => {
    const missing: string[] = [];
    for (let at = resolve(dir); !existsSync(at); at = dirname(at)) missing.push(at);
    for (const folder of missing.reverse()) mkdirSync(folder);
    if (!statSync(dir).isDirectory())
      throw new FileError(`cannot write to ${dir}: it is a file, not a folder`);
    accessSync(dir, constants.W_OK | constants.X_OK);
  });
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
    if (!existsSync(folder)) throw new FileError(`cannot write ${path}: there is no folder ${folder}`);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw new FileError(`cannot write ${path}: it is a folder; name a file`);
    accessSync(folder, constants.W_OK | constants.X_OK);
  });
}

function attempt(problem: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof FileError) throw error;
    const reason = reasonOfCode((error as NodeJS.ErrnoException).code) ?? String(error);
    throw new FileError(`${problem}: ${reason}`, error);
  }
}
