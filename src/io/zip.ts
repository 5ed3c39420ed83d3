/** Zip archives whose entries are read one by one, checked against their sizes and checksums. */
import { arrayBuffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { FileError } from '../errors.ts';
import { sourceOfFile } from './byte-source.ts';
import type { Damaged } from './pickle/cursor.ts';

const maxEntries = 1_000_000;

/** Sizes that the archive claims, in bytes. */
export type TooLarge = (size: number, compressed: number) => boolean;

interface OpenZip {
  /** In archive order. */
  readonly names: readonly string[];
  /**
   * The bytes of an entry.
   *
   * @param tooLarge - whether an entry of these sizes is refused
   * @throws FileError if it is missing, too large or damaged
   */
  read(name: string, tooLarge?: TooLarge): Promise<Uint8Array>;
  close(): void;
}

/** @throws FileError if it is not a complete zip */
export async function openZip(path: string, damaged: Damaged): Promise<OpenZip> {
  // These errors name the path: a missing file is not a damaged one.
  sourceOfFile(path).close();
  const zip = await attempt(damaged, () =>
    openPromise(path, { autoClose: false, decodeStrings: false, strictFileNames: true }),
  );
  try {
    const entries = await attempt(damaged, () => entriesOf(zip, damaged));
    return {
      names: [...entries.keys()],
      read: (name, tooLarge) =>
        attempt(damaged, () => bytesOf(zip, entries.get(name), name, damaged, tooLarge)),
      close: () => {
        zip.close();
      },
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function attempt<T>(damaged: Damaged, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FileError) throw error;
    // The first sentence; the rest is guesswork.
    const [what] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw damaged(`its zip is damaged: ${what!}`, error);
  }
}

async function entriesOf(zip: ZipFile, damaged: Damaged): Promise<Map<string, Entry>> {
  if (zip.entryCount > maxEntries) throw damaged(`its zip would have ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileNameRaw.toString('utf8');
    if (entries.has(name)) throw damaged(`its zip has ${JSON.stringify(name)} twice`);
    entries.set(name, entry);
  }
  return entries;
}

async function bytesOf(
  zip: ZipFile,
  entry: Entry | undefined,
  name: string,
  damaged: Damaged,
  tooLarge: TooLarge = () => false,
): Promise<Uint8Array> {
  if (!entry) throw damaged(`its zip has no ${JSON.stringify(name)}`);
  const { uncompressedSize: size, compressedSize } = entry;
  if (tooLarge(size, compressedSize))
    throw damaged(
      `${JSON.stringify(name)} claims ${size} bytes (${compressedSize} in the file), more than is supported`,
    );
  const bytes = new Uint8Array(await arrayBuffer(await zip.openReadStreamPromise(entry)));
  if (crc32(bytes) !== entry.crc32) throw damaged(`the checksum of ${JSON.stringify(name)} is wrong`);
  return bytes;
}
