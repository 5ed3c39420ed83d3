/**
 * NumPy's .npz: a zip without compression of .npy files (format 1.0), which `numpy.load` reads by name. Writing only.
 * The bytes depend on the arrays alone: the zip's time is fixed.
 */
import { crc32 } from 'node:zlib';
import { UsageError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { encodeNpy, type NpyArray } from './npy.ts';
import type { StoredTensor } from './safetensors.ts';

/** Sizes and positions have 32 bits; the longer zip64 form is not written. */
const limit = 0xffff_ffff;

/** Asked about no bytes, zlib begins anew and answers 0. */
const checksumOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, piece) => (piece.byteLength ? crc32(piece, sum) : sum), 0);

interface Entry {
  readonly name: Buffer;
  readonly checksum: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly start: number;
}

/**
 * The file as pieces, in the order of the map.
 *
 * @throws UsageError for an array that is not its shape, a name that is no relative path, more than 4 GiB
 */
export function encodeNpz(arrays: ReadonlyMap<string, NpyArray | StoredTensor>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let position = 0;
  const add = (...more: Uint8Array[]): void => {
    for (const piece of more) {
      pieces.push(piece);
      position += piece.byteLength;
    }
  };
  const entries = [...arrays].map(([key, array]): Entry => {
    const bytes = encodeNpy(array);
    const entry = {
      name: nameOf(key),
      checksum: checksumOf(bytes),
      size: bytes.reduce((sum, piece) => sum + piece.byteLength, 0),
      start: position,
    };
    add(localHeader(entry), entry.name, ...bytes);
    return entry;
  });
  const directory = position;
  for (const entry of entries) add(centralHeader(entry), entry.name);
  if (position > limit || entries.length > 0xffff)
    throw new UsageError(
      `${entries.length} arrays of ${position} bytes: a .npz of at most 4 GiB is written; save as .safetensors`,
    );
  add(ending(entries.length, position - directory, directory));
  return pieces;
}

/** Replaces the file. @throws FileError if it cannot be written; the old one stays */
export function writeNpz(path: string, arrays: ReadonlyMap<string, NpyArray | StoredTensor>): void {
  writeFileAtomic(path, encodeNpz(arrays));
}

function nameOf(key: string): Buffer {
  const parts = key.split('/');
  if (/[\\\0]/.test(key) || parts.some((part) => part === '' || part === '..'))
    throw new UsageError(`${JSON.stringify(key)} is not a name for an array`);
  return Buffer.from(`${key}.npy`);
}

/** What both headers of an entry have in common: versions, flags, time, sizes. */
function common({ name, checksum, size }: Entry): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  // Names are UTF-8.
  bytes.writeUInt16LE(1 << 11, 2);
  // Not compressed, at midnight; the date is the first that a zip can tell, 1980-01-01.
  bytes.writeUInt16LE((1 << 5) | 1, 8);
  bytes.writeUInt32LE(checksum, 10);
  bytes.writeUInt32LE(Math.min(size, limit), 14);
  bytes.writeUInt32LE(Math.min(size, limit), 18);
  bytes.writeUInt16LE(name.length, 22);
  return bytes;
}

function localHeader(entry: Entry): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common(entry)]);
}

function centralHeader(entry: Entry): Buffer {
  // Written by version 2.0 on MS-DOS, whose files have no rights that a reader would apply.
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(Math.min(entry.start, limit), 10);
  return Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common(entry), rest]);
}

function ending(count: number, size: number, start: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.write('PK\x05\x06', 'latin1');
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(start, 16);
  return bytes;
}
