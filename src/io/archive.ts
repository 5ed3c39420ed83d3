/** Files of a .tar, .tar.gz or .gz as a stream: nothing is unpacked to the disk. */
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { DataError } from '../errors.ts';

export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const damaged = (path: string, cause: unknown): DataError =>
  new DataError(
    `${path} is truncated or damaged (${cause instanceof Error ? cause.message : String(cause)}): fetch it again`,
    cause,
  );

const isGzip = (path: string): boolean => /\.t?gz$/i.test(path);

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
  const gunzip = isGzip(path) ? createGunzip() : undefined;
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
    throw damaged(path, cause);
  } finally {
    // A reader that has enough leaves early: the file is closed then, too.
    source.destroy();
    gunzip?.destroy();
  }
}

/** All bytes of a stream, unpacked if `path` ends in gz. @throws DataError if it is truncated or damaged */
export async function unpackedBytes(source: Readable, path: string): Promise<Uint8Array> {
  const gunzip = isGzip(path) ? createGunzip() : undefined;
  source.on('error', (error) => gunzip?.destroy(error));
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of (gunzip ? source.pipe(gunzip) : source) as AsyncIterable<Uint8Array>)
      pieces.push(piece);
  } catch (cause) {
    throw damaged(path, cause);
  } finally {
    source.destroy();
  }
  return Buffer.concat(pieces);
}
