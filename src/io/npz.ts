/**
 * Writes NumPy's .npz: an uncompressed zip of .npy files (format 1.0), which `numpy.load` reads by name. The bytes
 * depend on the arrays alone: the timestamp is fixed.
 */
import { crc32 } from 'node:zlib';
import { UsageError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { encodeNpy, type NpyArray } from './npy.ts';
import type { StoredTensor } from './safetensors.ts';

/** Sizes and offsets have 32 bits; zip64 is not written. */
const limit = 0xffff_ffff;

/** For an empty buffer, zlib restarts and returns 0. */
const checksumOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, piece) => (piece.byteLength ? crc32(piece, sum) : sum), 0);

interface Entry {
  readonly name: Buffer;
  readonly checksum: number;
  readonly size: number;
  /** Offset of the local header. */
  readonly start: number;
}

/**
 * The file as pieces, in map order.
 *
 * @throws UsageError for an array that does not fit its shape, a name that is not a relative path, or more than 4 GiB
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
      `${entries.length} arrays of ${position} bytes exceed the 4 GiB of a .npz; save as .safetensors`,
    );
  add(ending(entries.length, position - directory, directory));
  return pieces;
}

/** Replaces the file. @throws FileError if it cannot be written; the old file stays */
export function writeNpz(path: string, arrays: ReadonlyMap<string, NpyArray | StoredTensor>): void {
  writeFileAtomic(path, encodeNpz(arrays));
}

function nameOf(key: string): Buffer {
  const parts = key.split('/');
  if (/[\\\0]/.test(key) || parts.some((part) => part === '' || part === '..'))
    throw new UsageError(`${JSON.stringify(key)} is not a name for an array`);
  return Buffer.from(`${key}.npy`);
}

/** The fields that both headers of an entry share: versions, flags, time, sizes. */
function common({ name, checksum, size }: Entry): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  // Names are UTF-8.
  bytes.writeUInt16LE(1 << 11, 2);
  // Not compressed; the timestamp is the earliest a zip can hold, 1980-01-01 00:00.
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
  // Written by version 2.0 on MS-DOS: no permissions.
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
