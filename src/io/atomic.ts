/**
 * Files and folders that are replaced atomically: a kill at any moment leaves the old or the new version, complete. All
 * data is synced before a name refers to it.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileError } from '../errors.ts';
import { makeFolder } from './output-path.ts';
import { reasonOfCode } from './system-error.ts';

/** Content of one file, in pieces. */
export type Chunks = readonly (Uint8Array | string)[];

/** Turns a failed write into a one-line error. */
export function writeError(path: string, cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const known = code === 'ENOENT' ? 'no such folder' : reasonOfCode(code);
  const reason = known ?? (cause instanceof Error ? cause.message : String(cause));
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new FileError(
    `cannot write ${path}: ${reason}; nothing saved before was lost${full ? ': free some space, then resume' : ''}`,
    cause,
  );
}

function writeSynced(path: string, chunks: Chunks): void {
  const file = openSync(path, 'w');
  try {
    for (const chunk of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Next to the target, hidden, and recognized by {@link recoverFolder}. */
function beside(path: string, kind: 'new' | 'old'): string {
  return join(dirname(path), `.${basename(path)}.${kind}`);
}

/** Cleans up after a failure; only the original failure is reported. */
function quietly(clean: () => void): void {
  try {
    clean();
  } catch {
    // If writing fails, removing may fail too; recoverFolder does it later.
  }
}

/** Replaces a file. @throws FileError if it cannot be written; the old file stays */
export function writeFileAtomic(path: string, data: Uint8Array | string | Chunks): void {
  const temporary = `${beside(path, 'new')}-${process.pid}`;
  try {
    writeSynced(temporary, typeof data === 'string' || data instanceof Uint8Array ? [data] : data);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    quietly(() => {
      rmSync(temporary, { force: true });
    });
    throw writeError(path, cause);
  }
}

/**
 * Replaces a folder with one that holds exactly these files.
 *
 * @throws FileError if it cannot be written; the old folder stays
 */
export function writeFolderAtomic(path: string, files: ReadonlyMap<string, Chunks>): void {
  const [fresh, old] = [beside(path, 'new'), beside(path, 'old')];
  try {
    recoverFolder(path);
    makeFolder(fresh);
    for (const [name, chunks] of files) writeSynced(join(fresh, name), chunks);
    syncFolder(fresh);
    if (existsSync(path)) renameSync(path, old);
    // A kill here leaves the complete new folder under its temporary name: recoverFolder renames it.
    renameSync(fresh, path);
    syncFolder(dirname(path));
    rmSync(old, { recursive: true, force: true });
  } catch (cause) {
    quietly(() => {
      if (!existsSync(path) && existsSync(old)) renameSync(old, path);
      rmSync(fresh, { recursive: true, force: true });
    });
    throw writeError(path, cause);
  }
}

/** Repairs an interrupted replacement: afterwards the folder is the old one, the new one, or absent. */
export function recoverFolder(path: string): void {
  const [fresh, old] = [beside(path, 'new'), beside(path, 'old')];
  try {
    if (!existsSync(path) && existsSync(old)) renameSync(existsSync(fresh) ? fresh : old, path);
    for (const leftover of [fresh, old])
      if (existsSync(leftover)) rmSync(leftover, { recursive: true, force: true });
    const folder = dirname(path);
    if (existsSync(folder))
      for (const name of readdirSync(folder))
        if (name.startsWith(`.${basename(path)}.new-`)) rmSync(join(folder, name), { force: true });
  } catch (cause) {
    throw writeError(path, cause);
  }
}
