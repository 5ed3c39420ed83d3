/** Reads and makes .tar and .tar.gz archives; reading is a stream, nothing is unpacked to the disk. */
import type { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { DataError } from '../errors.ts';

export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The wanted regular files of an archive, in its order.
 *
 * @param path - for errors; an ending in gz means gzip
 * @throws DataError if the archive is truncated or damaged
 */
export async function* entriesOfArchive(
  source: Readable,
  path: string,
  wanted: (name: string) => boolean,
): AsyncGenerator<ArchiveEntry> {
  const unpacked = extract();
  const gunzip = /gz$/i.test(path) ? createGunzip() : undefined;
  const fail = (error: Error): void => {
    unpacked.destroy(error);
  };
  source.on('error', fail);
  gunzip?.on('error', fail);
  (gunzip ? source.pipe(gunzip) : source).pipe(unpacked);
  try {
    for await (const entry of unpacked) {
      const { name, type } = entry.header;
      if (type !== 'file' || !wanted(name)) {
        entry.resume();
        continue;
      }
      const pieces: Uint8Array[] = [];
      for await (const piece of entry as AsyncIterable<Uint8Array>) pieces.push(piece);
      yield { name, bytes: Buffer.concat(pieces) };
    }
  } catch (cause) {
    throw new DataError(
      `${path} is truncated or damaged (${cause instanceof Error ? cause.message : String(cause)}): fetch it again`,
      cause,
    );
  } finally {
    // A reader that has enough leaves early: the file is closed then, too.
    source.destroy();
    gunzip?.destroy();
  }
}

/** A .tar.gz of these files; the same files give the same bytes. */
export async function encodeArchive(entries: readonly ArchiveEntry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const { name, bytes } of entries) archive.entry({ name, mtime: new Date(0) }, Buffer.from(bytes));
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive as AsyncIterable<Uint8Array>) pieces.push(piece);
  return gzipSync(Buffer.concat(pieces), { level: 9 });
}
