/**
 * Writes uncompressed zips. The bytes depend on the entries alone: the timestamp is fixed.
 */
import { crc32 } from 'node:zlib';
import { UsageError } from '../errors.ts';

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

/** PyTorch aligns its storages, and pads with an extra field of this number. */
const paddingField = 0x4246;

/**
 * The file as pieces, in order.
 *
 * @param kind - in words, for errors
 * @param align - the content of each entry starts at a multiple of this number of bytes
 * @throws UsageError for more than 4 GiB
 */
export function encodeZip(
  kind: string,
  contents: readonly (readonly [name: string, pieces: readonly Uint8Array[]])[],
  align = 1,
): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let position = 0;
  const add = (...more: readonly Uint8Array[]): void => {
    for (const piece of more) {
      pieces.push(piece);
      position += piece.byteLength;
    }
  };
  const entries = contents.map(([name, bytes]): Entry => {
    const entry = {
      name: Buffer.from(name),
      checksum: checksumOf(bytes),
      size: bytes.reduce((sum, piece) => sum + piece.byteLength, 0),
      start: position,
    };
    const extra = align === 1 ? Buffer.alloc(0) : padding(position + 30 + entry.name.length, align);
    add(localHeader(entry, extra.length), entry.name, extra, ...bytes);
    return entry;
  });
  const directory = position;
  for (const entry of entries) add(centralHeader(entry), entry.name);
  if (position > limit || entries.length > 0xffff)
    throw new UsageError(
      `${entries.length} arrays of ${position} bytes exceed the 4 GiB of a ${kind}; save as .safetensors`,
    );
  add(ending(entries.length, position - directory, directory));
  return pieces;
}

/** An extra field that ends at a multiple of `align`. */
function padding(position: number, align: number): Buffer {
  const after = position + 4;
  const size = Math.ceil(after / align) * align - after;
  const field = Buffer.alloc(4 + size);
  field.writeUInt16LE(paddingField, 0);
  field.writeUInt16LE(size, 2);
  return field;
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

function localHeader(entry: Entry, extra: number): Buffer {
  const header = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common(entry)]);
  header.writeUInt16LE(extra, 28);
  return header;
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
