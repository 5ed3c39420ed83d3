/** Writes the files of torch.save, valid and malicious, byte by byte, for tests. */
import { crc32, deflateRawSync } from 'node:zlib';
import { pickleOf } from '../pickle/write.ts';

export { callOf, globalOf, opcodesOf, pickleOf, Raw } from '../pickle/write.ts';
export { tensorOf } from './write.ts';

export interface FakeEntry {
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** The sizes are in the zip64 field. */
  readonly zip64?: boolean;
  /** Claimed bytes, in place of its own. */
  readonly claims?: number;
}

/** A zip of entries, whatever they claim. */
export function zipOf(entries: Readonly<Record<string, FakeEntry>>): Buffer {
  const pieces: Buffer[] = [];
  const central: Buffer[] = [];
  let position = 0;
  for (const [name, { data, deflate = false, zip64 = false, claims = data.byteLength }] of Object.entries(
    entries,
  )) {
    const content = deflate ? deflateRawSync(data) : data;
    const sizes = [claims, deflate ? content.byteLength : claims];
    const extra = Buffer.alloc(zip64 ? 20 : 0);
    if (zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(16, 2);
      sizes.forEach((size, i) => extra.writeBigUInt64LE(BigInt(size), 4 + 8 * i));
    }
    const common = Buffer.alloc(26);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(zip64 ? 0xffff_ffff : sizes[1]!, 14);
    common.writeUInt32LE(zip64 ? 0xffff_ffff : sizes[0]!, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    common.writeUInt16LE(extra.length, 24);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(position, 10);
    central.push(Buffer.from('PK\x01\x02\x00\x00', 'latin1'), common, rest, Buffer.from(name), extra);
    const local = [
      Buffer.from('PK\x03\x04', 'latin1'),
      common,
      Buffer.from(name),
      extra,
      Buffer.from(content),
    ];
    pieces.push(...local);
    position += local.reduce((sum, piece) => sum + piece.byteLength, 0);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...pieces, directory, end]);
}

/** The legacy format, with storages in map order. */
export function legacyOf(content: unknown, storages: ReadonlyMap<string, Float32Array>): Buffer {
  const raw = [...storages.values()].flatMap((values) => {
    const count = Buffer.alloc(8);
    count.writeUInt32LE(values.length);
    return [count, Buffer.from(values.buffer)];
  });
  const facts = new Map<string, unknown>([
    ['protocol_version', 1001],
    ['little_endian', true],
  ]);
  return Buffer.concat([
    pickleOf(0x1950a86a20f9469cfc6cn),
    pickleOf(1001),
    pickleOf(facts),
    pickleOf(content),
    pickleOf([...storages.keys()]),
    ...raw,
  ]);
}
