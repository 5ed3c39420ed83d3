/** Files of a .tar or .tar.gz as a stream: nothing is unpacked to the disk. */
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
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
