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
import { elementBytes } from '../element-types.ts';
import { torchHost } from './globals.ts';
import { largestBytes, type TorchStorage } from './tensor.ts';
import type { TorchFile } from './file.ts';

/** The names and shapes of a net take some hundred bytes a tensor. */
const largestPickle = 1 << 28;
const mostEntries = 1_000_000;
/**
 * Of a deflated entry, when inflated, unless it is at most `usualRatio` times as large as in the file. PyTorch writes storages as
 * they are, which bounds them by the file.
 */
const largestInflated = 1 << 26;
const usualRatio = 8;

/** @throws FileError if it is no such file, is damaged, or names what is no part of weights */
export async function openZipFile(path: string, damaged: Damaged): Promise<TorchFile> {
  const zip = await attempt(damaged, () =>
    openPromise(path, { autoClose: false, decodeStrings: false, strictFileNames: true }),
  );
  try {
    const entries = await attempt(damaged, () => entriesOf(zip, damaged));
    const root = rootOf([...entries.keys()], path);
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

/** Other programs' zips, by an entry that they have. */
const otherZips: readonly (readonly [entry: RegExp, what: string, mend: string])[] = [
  [
    /^[^/]*\/(constants\.pkl|code\/)/,
    'a program of TorchScript',
    'make it in Python: torch.save(torch.jit.load(IN).state_dict(), OUT)',
  ],
  [
    /^([^/]*\/)?(archive_format|models\/model\.json|serialized_exported_program\.json)$/,
    'a program of torch.export (.pt2)',
    'make it in Python: torch.save(torch.export.load(IN).state_dict, OUT)',
  ],
  [
    /^([^/]*\/)?(model\.weights\.h5|variables\.h5)$/,
    'a Keras file (.keras)',
    'copy its weights into the same net of PyTorch, and save that with torch.save(model.state_dict(), FILE)',
  ],
  [
    /\.npy$/,
    'an archive of NumPy (.npz)',
    'make it in Python: torch.save({name: torch.tensor(a) for name, a in numpy.load(IN).items()}, OUT)',
  ],
  [/^\[Content_Types\]\.xml$/, 'a document of an office program', 'fetch the weights again'],
  [
    /\.(pth|pt|th|bin|ckpt|safetensors)(\.tar)?$/i,
    'a zip with files of weights in it',
    'unpack it first (unzip)',
  ],
];

/** The name of the pickle. @throws FileError if the zip is not one of torch.save */
function rootOf(names: readonly string[], path: string): string {
  for (const [entry, what, mend] of otherZips)
    if (names.some((name) => entry.test(name)))
      throw new FileError(`${path} is ${what}; needed is a state dictionary of torch.save; ${mend}`);
  const [root, ...more] = names.filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (root === undefined || more.length > 0)
    throw new FileError(
      `${path} is a zip, but not one of torch.save: it has no data.pkl in one folder; save the weights with torch.save(model.state_dict(), FILE)`,
    );
  return root;
}

async function attempt<T>(damaged: Damaged, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FileError) throw error;
    // The first sentence; what follows are guesses.
    const [what] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw damaged(`its zip is not whole: ${what!}`, error);
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
  if (size > limit || (size > largestInflated && size > usualRatio * compressedSize))
    throw damaged(
      `${JSON.stringify(name)} claims ${size} bytes (${compressedSize} in the file), more than is read`,
    );
  const bytes = new Uint8Array(await arrayBuffer(await zip.openReadStreamPromise(entry)));
  if (crc32(bytes) !== entry.crc32) throw damaged(`the checksum of ${JSON.stringify(name)} is wrong`);
  return bytes;
}

/** Big-endian numbers become little-endian ones, in place. */
function swap(bytes: Uint8Array, { dtype }: TorchStorage): void {
  const width = elementBytes(dtype);
  for (let start = 0; start + width <= bytes.byteLength; start += width)
    bytes.subarray(start, start + width).reverse();
}
