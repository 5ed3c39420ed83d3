/** The files of a published data set, in a folder or in its .tar.gz, which is read as a stream. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { entriesOfArchive } from '../io/index.ts';

/** Read one at a time, since all of them together take as much memory as the images. */
export interface CifarFiles {
  /** For errors: the path of a file, or its place in the archive. */
  readonly where: (name: string) => string;
  readonly has: (name: string) => boolean;
  readonly size: (name: string) => number;
  /** The bytes, which are then released. */
  readonly take: (name: string) => Uint8Array;
}

export function filesOfFolder(folder: string): CifarFiles {
  const where = (name: string): string => join(folder, name);
  return {
    where,
    has: (name) => existsSync(where(name)),
    size: (name) => statSync(where(name)).size,
    take: (name) => readFileSync(where(name)),
  };
}

/** @param wanted - whether a file is kept, by its base name */
export async function filesOfArchive(
  path: string,
  wanted: (name: string) => boolean,
): Promise<CifarFiles & { readonly names: ReadonlySet<string> }> {
  const files = new Map<string, Uint8Array>();
  const names = new Set<string>();
  const entries = entriesOfArchive(createReadStream(path), path, (entry) => {
    names.add(basename(entry));
    return wanted(basename(entry));
  });
  for await (const { name, bytes } of entries) files.set(basename(name), bytes);
  return {
    names,
    where: (name) => `${name} in ${path}`,
    has: (name) => files.has(name),
    size: (name) => files.get(name)!.length,
    take: (name) => {
      const bytes = files.get(name)!;
      files.delete(name);
      return bytes;
    },
  };
}
