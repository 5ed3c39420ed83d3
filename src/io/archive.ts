/** Reads and makes .tar and .tar.gz archives; reading is a stream, nothing is unpacked to the disk. */
import { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { DataError } from '../errors.ts';
import { headBytes, isGzip, isTar, otherKind } from './file-kind.ts';

export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The wanted regular files of an archive, in its order. The bytes tell whether it is gzipped, whatever its name.
 *
 * @param path - for errors
 * @throws DataError if it is a file of another kind, truncated or damaged
 */
export async function* entriesOfArchive(
  source: Readable,
  path: string,
  wanted: (name: string) => boolean,
): AsyncGenerator<ArchiveEntry> {
  const unpacked = extract();
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  try {
    const head = await headOf(pieces);
    checkKind(path, head);
    const whole = Readable.from(continued(head, pieces));
    const gunzip = isGzip(head) ? createGunzip() : undefined;
    const fail = (error: Error): void => {
      unpacked.destroy(error);
    };
    whole.on('error', fail);
    gunzip?.on('error', fail);
    (gunzip ? whole.pipe(gunzip) : whole).pipe(unpacked);
    for await (const entry of unpacked) {
      const { name, type } = entry.header;
      if (type !== 'file' || !wanted(name)) {
        entry.resume();
        continue;
      }
      const bytes: Uint8Array[] = [];
      for await (const piece of entry as AsyncIterable<Uint8Array>) bytes.push(piece);
      yield { name, bytes: Buffer.concat(bytes) };
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(
      `${path} is truncated or damaged (${cause instanceof Error ? cause.message : String(cause)}): fetch it again`,
      cause,
    );
  } finally {
    // A reader that has enough leaves early: the file is closed then, too.
    unpacked.destroy();
    source.destroy();
  }
}

/** As many bytes from the beginning as tell the kind of a file, or all there are. */
async function headOf(pieces: AsyncIterator<Uint8Array, undefined>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < headBytes) {
    const { done, value } = await pieces.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* continued(
  head: Buffer,
  pieces: AsyncIterator<Uint8Array, undefined>,
): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
}

/** Archives before ustar have no mark of their own, and a damaged one is told by the reader of tar. */
function checkKind(path: string, head: Buffer): void {
  if (isGzip(head) || isTar(head)) return;
  const other = otherKind(path, head, 'a .tar or .tar.gz archive', 'fetch the archive again');
  if (other !== undefined) throw new DataError(other);
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
