/** Writes the files of torch.save, valid and malicious, byte by byte, for tests. */
import { crc32, deflateRawSync } from 'node:zlib';
import type { SafetensorsDType } from '../safetensors.ts';

/** Opcodes for a literal value. */
export class Raw {
  readonly bytes: Uint8Array;

  constructor(...parts: readonly (string | Uint8Array)[]) {
    this.bytes = Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
    );
  }
}

const numbered = (opcode: string, value: number): Buffer => {
  const bytes = Buffer.alloc(5, opcode);
  bytes.writeInt32LE(value | 0, 1);
  return bytes;
};

/** The opcodes of a value: arrays are tuples, Maps dicts. */
export function opcodesOf(value: unknown): Uint8Array {
  if (value instanceof Raw) return value.bytes;
  if (value === null) return Buffer.from('N');
  if (typeof value === 'boolean') return Buffer.of(value ? 0x88 : 0x89);
  if (typeof value === 'bigint') {
    const digits = Buffer.from(value.toString(16).padStart(20, '0'), 'hex').reverse();
    return Buffer.concat([Buffer.of(0x8a, digits.length), digits]);
  }
  if (typeof value === 'number') return numbered('J', value);
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([numbered('X', text.length), text]);
  }
  const items = value instanceof Map ? [...value].flat() : (value as unknown[]);
  const [open, close] = value instanceof Map ? ['}(', 'u'] : ['(', 't'];
  return Buffer.concat([Buffer.from(open), ...items.map(opcodesOf), Buffer.from(close)]);
}

export const pickleOf = (value: unknown): Buffer =>
  Buffer.concat([Buffer.of(0x80, 2), opcodesOf(value), Buffer.from('.')]);

export const globalOf = (module: string, name: string): Raw => new Raw(`c${module}\n${name}\n`);
export const callOf = (callable: Raw, args: readonly unknown[]): Raw =>
  new Raw(callable.bytes, opcodesOf(args), 'R');

const types: Partial<Record<SafetensorsDType, string>> = { F32: 'FloatStorage', F64: 'DoubleStorage' };

interface FakeTensor {
  readonly key: string;
  readonly shape: readonly number[];
  readonly strides?: readonly number[];
  readonly offset?: number;
  readonly dtype?: 'F32' | 'F64';
  /** Number of elements in its storage. */
  readonly elements: number;
  readonly legacy?: boolean;
}

const rowMajor = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

export function tensorOf(one: FakeTensor): Raw {
  const { key, shape, elements, offset = 0, dtype = 'F32', strides = rowMajor(shape) } = one;
  const type = globalOf('torch', types[dtype]!);
  const id = ['storage', type, key, 'cpu', elements, ...(one.legacy ? [null] : [])];
  const storage = new Raw(opcodesOf(id), 'Q');
  const hooks = callOf(globalOf('collections', 'OrderedDict'), []);
  return callOf(globalOf('torch._utils', '_rebuild_tensor_v2'), [
    storage,
    offset,
    shape,
    strides,
    false,
    hooks,
  ]);
}

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
