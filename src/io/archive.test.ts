import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { type ArchiveEntry, entriesOfArchive } from './archive.ts';
import { temporaryFolder } from '../test-folder.ts';

const large = Buffer.from(Uint32Array.from({ length: 60_000 }, (_, i) => Math.imul(i, 2654435761)).buffer);
const files: Record<string, Uint8Array> = {
  'folder/a.bin': Uint8Array.of(1, 2, 3),
  'folder/large.bin': large,
  'folder/empty.bin': new Uint8Array(),
  'folder/z.bin': Uint8Array.of(255),
};

async function tar(): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'folder', type: 'directory' });
  for (const [name, bytes] of Object.entries(files)) archive.entry({ name }, Buffer.from(bytes));
  archive.entry({ name: 'folder/link.bin', type: 'symlink', linkname: 'a.bin' });
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Delivers in small pieces, as a disk or a network does. */
function inPieces(bytes: Uint8Array, size = 1000): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
  );
}

async function all(
  source: Readable,
  path: string,
  wanted: (name: string) => boolean = () => true,
): Promise<ArchiveEntry[]> {
  const found: ArchiveEntry[] = [];
  for await (const entry of entriesOfArchive(source, path, wanted)) found.push(entry);
  return found;
}

const plain = (entries: readonly ArchiveEntry[]): [string, string][] =>
  entries.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('base64')]);
const expected = Object.entries(files).map(([name, bytes]): [string, string] => [
  name,
  Buffer.from(bytes).toString('base64'),
]);

it('a plain archive yields its regular files in order, without folders and links', async () => {
  expect(plain(await all(inPieces(await tar()), 'x.tar'))).toEqual(expected);
});

it.each(['x.tar.gz', 'x.tgz'])('a gzipped archive %s yields the same files', async (name) => {
  expect(plain(await all(inPieces(gzipSync(await tar())), name))).toEqual(expected);
});

it('only the wanted files are yielded', async () => {
  const found = await all(inPieces(await tar(), 77), 'x.tar', (name) => name.endsWith('z.bin'));
  expect(plain(found)).toEqual(expected.slice(-1));
});

it.each([0, 1, 10, 400, 5000, 100_000])(
  'a truncated gzipped archive is refused by name (%i bytes left; 0: all but one)',
  async (kept) => {
    const bytes = gzipSync(await tar());
    const cut = bytes.subarray(0, kept === 0 ? bytes.length - 1 : kept);
    await expect(all(inPieces(cut), 'dir/x.tar.gz')).rejects.toThrow(
      /^dir\/x\.tar\.gz is truncated or damaged \(.*\): fetch it again$/,
    );
    await expect(all(inPieces(cut), 'dir/x.tar.gz')).rejects.toBeInstanceOf(DataError);
    await expect(all(inPieces(cut), 'x.tar.gz', () => false)).rejects.toBeInstanceOf(DataError);
  },
);

it.each([100, 512 + 100, 2 * 512 + 1, 30_000])(
  'a plain archive truncated after %i bytes is refused',
  async (kept) => {
    const cut = (await tar()).subarray(0, kept);
    await expect(all(inPieces(cut), 'x.tar')).rejects.toThrow(/x\.tar is truncated or damaged/);
    await expect(all(inPieces(cut), 'x.tar', () => false)).rejects.toBeInstanceOf(DataError);
  },
);

it('a file that is not an archive is refused', async () => {
  await expect(all(inPieces(Buffer.alloc(5000, 7)), 'x.tar')).rejects.toBeInstanceOf(DataError);
  await expect(all(inPieces(Buffer.alloc(5000, 7)), 'x.tar.gz')).rejects.toBeInstanceOf(DataError);
});

it('a changed byte in a gzipped archive is detected', async () => {
  const bytes = gzipSync(await tar());
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 1;
  await expect(all(inPieces(bytes), 'x.tar.gz')).rejects.toBeInstanceOf(DataError);
});

it('the error for a failing source includes the reason', async () => {
  const source = new Readable({
    read() {
      this.destroy(new Error('the disk is gone'));
    },
  });
  await expect(all(source, 'x.tar')).rejects.toThrow(/x\.tar is truncated or damaged \(the disk is gone\)/);
});

it('the file is closed when the reader stops early, and when the archive is damaged', async () => {
  const root = temporaryFolder();
  const path = join(root, 'x.tar.gz');
  const bytes = gzipSync(await tar());
  writeFileSync(path, bytes);
  const early = createReadStream(path, { highWaterMark: 1000 });
  for await (const { name } of entriesOfArchive(early, path, () => true)) {
    expect(name).toBe('folder/a.bin');
    break;
  }
  expect(early.destroyed).toBe(true);
  bytes.fill(0, 5000, 6000);
  writeFileSync(path, bytes);
  const damaged = createReadStream(path, { highWaterMark: 1000 });
  await expect(all(damaged, path)).rejects.toBeInstanceOf(DataError);
  expect(damaged.destroyed).toBe(true);
});

it.each(['x', 'x.tar', 'x.zip'])(
  'a gzipped archive is recognized by its bytes, even when named %s',
  async (name) => {
    expect(plain(await all(inPieces(gzipSync(await tar()), 7), name))).toEqual(expected);
  },
);

it('a plain archive is recognized by its bytes, even when named x.tar.gz', async () => {
  expect(plain(await all(inPieces(await tar()), 'x.tar.gz'))).toEqual(expected);
});

it.each([
  ['<!DOCTYPE html><title>503</title>', 'x.tar.gz is an HTML page; expected a .tar or .tar.gz archive'],
  ['version https://git-lfs.github.com/spec/v1\noid sha256:0', 'x.tar.gz is a Git LFS pointer'],
  ['PK\x03\x04 and more', 'x.tar.gz is a zip archive'],
  ['', 'x.tar.gz is empty'],
])('the error for a file that begins with %j names its kind', async (text, message) => {
  const error: unknown = await all(inPieces(Buffer.from(text, 'latin1')), 'x.tar.gz').catch(
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toContain(message);
});
