/**
 * The zip format of torch.save (since 1.6): NAME/data.pkl holds the object, NAME/data/KEY the bytes of each storage, and
 * NAME/byteorder `big` where they come from such a machine. Entries are read one by one, when their tensors are.
 */
import { arrayBuffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { FileError } from '../../errors.ts';
import { sourceOfBytes } from '../byte-source.ts';
import { Cursor, type Damaged } from '../pickle/cursor.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { widths } from '../safetensors.ts';
import { torchHost } from './globals.ts';
import { largestBytes, type TorchStorage } from './tensor.ts';
import type { TorchFile } from './file.ts';

/** The names and shapes of a net take some hundred bytes a tensor. */
const largestPickle = 1 << 28;
const mostEntries = 1_000_000;
/** Of a deflated entry, when inflated. PyTorch writes storages as they are, which bounds them by the file. */
const largestInflated = 1 << 28;

/** @throws FileError if it is no such file, is damaged, or names what is no part of weights */
export async function openZipFile(path: string, damaged: Damaged): Promise<TorchFile> {
  const zip = await attempt(damaged, () =>
    openPromise(path, { autoClose: false, decodeStrings: false, strictFileNames: true }),
  );
  try {
    const entries = await attempt(damaged, () => entriesOf(zip, damaged));
    const [root, ...more] = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
    if (root === undefined || more.length > 0)
      throw new FileError(`${path} is a zip, but not one of torch.save: it has no data.pkl in one folder`);
    const folder = root.slice(0, root.indexOf('/'));
    const read = (name: string, limit: number): Promise<Uint8Array> =>
      attempt(damaged, () => bytesOf(zip, entries, name, limit, damaged));
    const order = entries.has(`${folder}/byteorder`)
      ? Buffer.from(await read(`${folder}/byteorder`, 16)).toString('latin1')
      : 'little';
    if (order !== 'little' && order !== 'big') throw damaged(`its byte order is ${JSON.stringify(order)}`);
    const pickle = await read(root, largestPickle);
    const host = torchHost(path, damaged, () => undefined);
    return {
      format: 'PyTorch',
      content: unpickle(new Cursor(sourceOfBytes(pickle), damaged), host),
      async bytes(storage) {
        const bytes = await read(`${folder}/data/${storage.key}`, largestBytes);
        if (bytes.byteLength < storage.bytes)
          throw damaged(
            `storage ${storage.key} has ${bytes.byteLength} bytes, its tensors need ${storage.bytes}`,
          );
        if (order === 'big') swap(bytes, storage);
        return bytes;
      },
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

/** The bytes of an entry, checked against its size and checksum. */
async function bytesOf(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
  limit: number,
  damaged: Damaged,
): Promise<Uint8Array> {
  const entry = entries.get(name);
  if (!entry) throw damaged(`its zip has no ${JSON.stringify(name)}`);
  const { uncompressedSize: size, compressedSize } = entry;
  if (size > limit || (size !== compressedSize && size > largestInflated))
    throw damaged(
      `${JSON.stringify(name)} claims ${size} bytes (${compressedSize} in the file), more than is read`,
    );
  const bytes = new Uint8Array(await arrayBuffer(await zip.openReadStreamPromise(entry)));
  if (crc32(bytes) !== entry.crc32) throw damaged(`the checksum of ${JSON.stringify(name)} is wrong`);
  return bytes;
}

/** Big-endian numbers become little-endian ones, in place. */
function swap(bytes: Uint8Array, { dtype }: TorchStorage): void {
  const width = widths[dtype];
  for (let start = 0; start + width <= bytes.byteLength; start += width)
    bytes.subarray(start, start + width).reverse();
}
