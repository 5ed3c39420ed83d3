/**
 * The format of torch.save before 1.6 (and with `_use_new_zipfile_serialization=False`): five pickles - a magic number,
 * the version 1001, system information, the object, and its storage keys in order - then, for each key, the number of
 * elements in 8 bytes and the elements, all little-endian.
 */
import { FileError } from '../../errors.ts';
import type { ByteSource } from '../byte-source.ts';
import { Cursor, type Damaged } from '../pickle/cursor.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { elementBytes } from '../element-types.ts';
import type { TorchFile } from './file.ts';
import { torchHost } from './globals.ts';
import type { TorchStorage } from './tensor.ts';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;

/** Where the bytes of a storage are. */
interface Span {
  readonly from: number;
  readonly bytes: number;
}

/** @throws FileError if it is not such a file, is damaged, or names something that does not belong to weights */
export function openLegacyFile(path: string, source: ByteSource, damaged: Damaged): TorchFile {
  const cursor = new Cursor(source, damaged);
  const named = new Map<string, TorchStorage>();
  const host = torchHost(path, damaged, (storage) => {
    const before = named.get(storage.key);
    if (before && (before.whole !== storage.whole || before.dtype !== storage.dtype))
      throw damaged(`storage ${JSON.stringify(storage.key)} is described in two ways`);
    named.set(storage.key, storage);
  });
  if (unpickle(cursor, host) !== magicNumber)
    throw new FileError(
      `${path} is a Python pickle, but not one written by torch.save; save the weights with torch.save(model.state_dict(), FILE)`,
    );
  const version = unpickle(cursor, host);
  if (version !== protocolVersion) throw damaged(`its version is ${String(version)}, not ${protocolVersion}`);
  // System information: storages are little-endian whatever it says.
  unpickle(cursor, host);
  const content = unpickle(cursor, host);
  const spans = spansOf(cursor, unpickle(cursor, host), named);
  return {
    format: 'PyTorch (legacy)',
    content,
    bytes({ key }) {
      const span = spans.get(key);
      if (!span) return Promise.reject(damaged(`storage ${JSON.stringify(key)} is not in the file`));
      return Promise.resolve(source.read(span.from, span.bytes));
    },
    close: () => {
      source.close();
    },
  };
}

function spansOf(cursor: Cursor, keys: unknown, named: ReadonlyMap<string, TorchStorage>): Map<string, Span> {
  const { damaged } = cursor;
  if (!Array.isArray(keys)) throw damaged('it has no list of storages');
  const spans = new Map<string, Span>();
  for (const key of keys as unknown[]) {
    const storage = typeof key === 'string' ? named.get(key) : undefined;
    if (!storage || spans.has(storage.key)) throw damaged(`storage ${String(key)} belongs to no tensor`);
    const elements = cursor.unsigned(8);
    if (elements !== storage.whole)
      throw damaged(
        `storage ${JSON.stringify(key)} has ${elements} elements, its tensors expect ${storage.whole}`,
      );
    const bytes = elements * elementBytes(storage.dtype);
    const from = cursor.position;
    cursor.skip(bytes);
    spans.set(storage.key, { from, bytes });
  }
  return spans;
}
