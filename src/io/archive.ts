/** Reads and writes .tar and .tar.gz archives. Reading is a stream; nothing is unpacked to disk. */
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
 * The wanted regular files of an archive, in order. Gzip is detected from the bytes, not from the name.
 *
 * @param path - for errors
 * @throws DataError if the file is of another kind, truncated or damaged
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
    // Also closes the file when the consumer stops early.
    unpacked.destroy();
    source.destroy();
  }
}

/** Enough bytes from the start to detect the kind of a file, or the whole file if it is shorter. */
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

/** Archives before ustar have no magic number; the tar reader reports a damaged one. */
function checkKind(path: string, head: Buffer): void {
  if (isGzip(head) || isTar(head)) return;
  const other = otherKind(path, head, 'a .tar or .tar.gz archive', 'fetch the archive again');
  if (other !== undefined) throw new DataError(other);
}

/** A .tar.gz of these files. Equal files give equal bytes. */
export async function encodeArchive(entries: readonly ArchiveEntry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const { name, bytes } of entries) archive.entry({ name, mtime: new Date(0) }, Buffer.from(bytes));
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive as AsyncIterable<Uint8Array>) pieces.push(piece);
  return gzipSync(Buffer.concat(pieces), { level: 9 });
}
