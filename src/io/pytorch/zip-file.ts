/**
 * The zip format of torch.save (since 1.6): NAME/data.pkl holds the object, NAME/data/KEY the bytes of each storage,
 * and NAME/byteorder is `big` on big-endian machines. Entries are read on demand.
 */
import { FileError } from '../../errors.ts';
import { sourceOfBytes } from '../byte-source.ts';
import { Cursor, type Damaged } from '../pickle/cursor.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { elementBytes } from '../element-types.ts';
import { openZip, type TooLarge } from '../zip.ts';
import { torchHost } from './globals.ts';
import { largestBytes, type TorchStorage } from './tensor.ts';
import type { TorchFile } from './file.ts';

/** The names and shapes of a net take a few hundred bytes per tensor. */
const largestPickle = 1 << 28;
/**
 * Maximum inflated size of a deflated entry, unless it is at most `allowedRatio` times its size in the file. PyTorch
 * stores entries uncompressed, so the file bounds them.
 */
const largestInflated = 1 << 26;
const allowedRatio = 8;

/** @throws FileError if it is not such a file, is damaged, or names something that does not belong to weights */
export async function openZipFile(path: string, damaged: Damaged): Promise<TorchFile> {
  const zip = await openZip(path, damaged);
  try {
    const root = rootOf(zip.names, path);
    const folder = root.slice(0, root.indexOf('/'));
    const read = (name: string, limit: number): Promise<Uint8Array> => zip.read(name, above(limit));
    const order = zip.names.includes(`${folder}/byteorder`)
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

/** Zips of other programs, recognized by one of their entries. */
const otherZips: readonly (readonly [entry: RegExp, what: string, mend: string])[] = [
  [
    /^[^/]*\/(constants\.pkl|code\/)/,
    'a TorchScript program',
    'make it in Python: torch.save(torch.jit.load(IN).state_dict(), OUT)',
  ],
  [
    /^([^/]*\/)?(archive_format|models\/model\.json|serialized_exported_program\.json)$/,
    'a torch.export program (.pt2)',
    'make it in Python: torch.save(torch.export.load(IN).state_dict, OUT)',
  ],
  [
    /^([^/]*\/)?(model\.weights\.h5|variables\.h5)$/,
    'a Keras file (.keras)',
    'copy its weights into the same net in PyTorch, and save that with torch.save(model.state_dict(), FILE)',
  ],
  [
    /\.npy$/,
    'a NumPy archive (.npz)',
    'make it in Python: torch.save({name: torch.tensor(a) for name, a in numpy.load(IN).items()}, OUT)',
  ],
  [/^\[Content_Types\]\.xml$/, 'an office document', 'fetch the weights again'],
  [/\.(pth|pt|th|bin|ckpt|safetensors)(\.tar)?$/i, 'a zip of weight files', 'unpack it first (unzip)'],
];

/** The name of the pickle. @throws FileError if the zip was not written by torch.save */
function rootOf(names: readonly string[], path: string): string {
  for (const [entry, what, mend] of otherZips)
    if (names.some((name) => entry.test(name)))
      throw new FileError(`${path} is ${what}; expected a PyTorch state dict; ${mend}`);
  const [root, ...more] = names.filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (root === undefined || more.length > 0)
    throw new FileError(
      `${path} is a zip, but not one written by torch.save: it has no data.pkl in one folder; save the weights with torch.save(model.state_dict(), FILE)`,
    );
  return root;
}

const above =
  (limit: number): TooLarge =>
  (size, compressed) =>
    size > limit || (size > largestInflated && size > allowedRatio * compressed);

/** Converts big-endian numbers to little-endian in place. */
function swap(bytes: Uint8Array, { dtype }: TorchStorage): void {
  const width = elementBytes(dtype);
  for (let start = 0; start + width <= bytes.byteLength; start += width)
    bytes.subarray(start, start + width).reverse();
}
