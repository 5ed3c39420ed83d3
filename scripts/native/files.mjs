// Small helpers for files of the build.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** The files of a folder tree with an ending, in order. */
export function list(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

/** A name beside the file that no other process uses. */
export const temporaryName = (file) => `${file}.${process.pid}.new`;

/** Removes what builds that were killed have left in a folder; others may still be running. */
export function removeAbandoned(folder) {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.new'))) {
    const { mtimeMs = Infinity } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < hourAgo) rmSync(join(folder, name), { force: true });
  }
}

/** Writes a file by renaming: others see the old file or the new one, and a process keeps the file it has loaded. */
export function replaceFile(file, content, mode = 0o644) {
  const temporary = temporaryName(file);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(temporary, content, { mode });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
