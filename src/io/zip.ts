/** Zip archives whose entries are read one by one, checked against their sizes and checksums. */
import { arrayBuffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { FileError } from '../errors.ts';
import { sourceOfFile } from './byte-source.ts';
import type { Damaged } from './pickle/cursor.ts';

const mostEntries = 1_000_000;

export interface OpenZip {
  /** In the order of the archive. */
  readonly names: readonly string[];
  /** The bytes of an entry. @throws FileError if it is not there, or damaged */
  read(name: string): Promise<Uint8Array>;
  close(): void;
}

/** @throws FileError if it is not a whole zip */
export async function openZip(path: string, damaged: Damaged): Promise<OpenZip> {
  // Its errors name the path: a file that is not there is not a damaged one.
  sourceOfFile(path).close();
  const zip = await attempt(damaged, () =>
    openPromise(path, { autoClose: false, decodeStrings: false, strictFileNames: true }),
  );
  try {
    const entries = await attempt(damaged, () => entriesOf(zip, damaged));
    return {
      names: [...entries.keys()],
      read: (name) => attempt(damaged, () => bytesOf(zip, entries.get(name), name, damaged)),
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
    throw damaged(`its zip is not whole: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

async function entriesOf(zip: ZipFile, damaged: Damaged): Promise<Map<string, Entry>> {
  if (zip.entryCount > mostEntries) throw damaged(`its zip would have ${zip.entryCount} entries`);
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
): Promise<Uint8Array> {
  if (!entry) throw damaged(`its zip has no ${JSON.stringify(name)}`);
  const bytes = new Uint8Array(await arrayBuffer(await zip.openReadStreamPromise(entry)));
  if (crc32(bytes) !== entry.crc32) throw damaged(`the checksum of ${JSON.stringify(name)} is wrong`);
  return bytes;
}
