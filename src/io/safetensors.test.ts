import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError, InternalError } from '../errors.ts';
import { sourceOfBytes } from './byte-source.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  findSafetensors,
  readSafetensors,
  type SafetensorsDType,
  type SafetensorsFile,
  type StoredTensor,
} from './safetensors.ts';
import { temporaryFolder } from '../test-folder.ts';

const widths: Record<SafetensorsDType, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};
const dtypes = Object.keys(widths) as SafetensorsDType[];

const sizeOf = (dtype: SafetensorsDType, shape: readonly number[]): number =>
  widths[dtype] * shape.reduce((product, length) => product * length, 1);

const anyTensor: fc.Arbitrary<StoredTensor> = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(3), { maxLength: 4 }) })
  .chain(({ dtype, shape }) => {
    const length = sizeOf(dtype, shape);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data): StoredTensor => ({ dtype, shape, data: Uint8Array.from(data) }));
  });
const anyName = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '7', 'a.weight'))
  .filter((name) => name !== '__metadata__');
const anyFile = fc.record({
  tensors: fc
    .uniqueArray(fc.tuple(anyName, anyTensor), { selector: ([name]) => name, maxLength: 6 })
    .map((entries) => new Map(entries)),
  metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true }),
});

const whole = (tensors: ReadonlyMap<string, StoredTensor>, metadata?: Record<string, string>): Buffer =>
  Buffer.concat(encodeSafetensors(tensors, metadata));

const plain = ({ tensors, metadata }: SafetensorsFile): unknown => ({
  tensors: [...tensors]
    .map(([name, { dtype, shape, data }]) => ({ name, dtype, shape, data: [...data] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
  metadata: Object.entries(metadata).sort(),
});

/** A file with this header, padded with spaces or not, and these bytes. */
function raw(header: unknown, data: Uint8Array | number = 0): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([head, text, typeof data === 'number' ? Buffer.alloc(data) : data]);
}
const u8 = (from: number, to: number): unknown => ({
  dtype: 'U8',
  shape: [to - from],
  data_offsets: [from, to],
});

const small = new Map<string, StoredTensor>([
  ['a', { dtype: 'F32', shape: [2, 1], data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
  ['b', { dtype: 'U8', shape: [3], data: Uint8Array.of(9, 10, 11) }],
  ['none', { dtype: 'I64', shape: [0, 4], data: new Uint8Array() }],
]);

/** Decodes; any exception other than a one-line FileError propagates. */
function decodeOrRefuse(bytes: Uint8Array): SafetensorsFile | FileError {
  try {
    return decodeSafetensors(bytes, 'f');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (
      !/^f(?: is|: "[^;]*" is) (damaged or half-written: |.*; expected a safetensors file; |stored as )[^\n]*$/.test(
        error.message,
      )
    )
      throw new Error(`unclear: ${error.message}`, { cause: error });
    return error;
  }
}

describe('a file', () => {
  it('round-trips tensors of every type, empty tensors and no tensors', () => {
    fc.assert(
      fc.property(anyFile, ({ tensors, metadata }) => {
        expect(plain(decodeSafetensors(whole(tensors, metadata), 'f'))).toEqual(plain({ tensors, metadata }));
      }),
      { seed: 2, numRuns: 400 },
    );
  });
  it.each(dtypes)('holds scalars, vectors and empty tensors of %s', (dtype) => {
    const tensors = new Map(
      [[], [5], [0], [2, 0, 3], [2, 3]].map((shape) => {
        const data = Uint8Array.from({ length: sizeOf(dtype, shape) }, (_, i) => i);
        return [`t${shape.join('x')}`, { dtype, shape, data }];
      }),
    );
    expect(plain(decodeSafetensors(whole(tensors), 'f'))).toEqual(plain({ tensors, metadata: {} }));
  });
  it('without tensors is read', () => {
    expect(decodeSafetensors(whole(new Map()), 'f')).toEqual({ tensors: new Map(), metadata: {} });
    expect(decodeSafetensors(whole(new Map(), { step: '3' }), 'f').metadata).toEqual({ step: '3' });
  });
  it('has the layout of the format: length, JSON, spaces, bytes', () => {
    const bytes = whole(small, { step: '3' });
    const length = Number(bytes.readBigUInt64LE());
    const text = bytes.subarray(8, 8 + length).toString();
    expect(JSON.parse(text)).toEqual({
      __metadata__: { step: '3' },
      a: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
      b: { dtype: 'U8', shape: [3], data_offsets: [8, 11] },
      none: { dtype: 'I64', shape: [0, 4], data_offsets: [0, 0] },
    });
    expect(text).toMatch(/} {0,7}$/);
    expect([...bytes.subarray(8 + length)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
  it('starts its data at a multiple of 8 bytes, however long the header is', () => {
    const tensor: StoredTensor = { dtype: 'U8', shape: [1], data: Uint8Array.of(7) };
    const starts = Array.from({ length: 17 }, (_, i) => {
      const bytes = whole(new Map([['x'.repeat(i), tensor]]));
      expect(bytes.at(-1)).toBe(7);
      return 8 + Number(bytes.readBigUInt64LE());
    });
    expect(starts.filter((start) => start % 8 !== 0)).toEqual([]);
    expect(new Set(starts).size).toBeGreaterThan(2);
  });
  it('aligns every tensor to its element size, and names them in order', () => {
    const make = (dtype: SafetensorsDType, bytes: number, length: number): StoredTensor => ({
      dtype,
      shape: [length],
      data: Uint8Array.from({ length: bytes * length }, (_, i) => i + length),
    });
    const tensors = new Map([
      ['flags', make('BOOL', 1, 3)],
      ['half', make('BF16', 2, 5)],
      ['wide', make('F64', 8, 2)],
      ['bytes', make('U8', 1, 7)],
      ['single', make('F32', 4, 3)],
      ['count', make('I64', 8, 1)],
    ]);
    const bytes = Buffer.concat(encodeSafetensors(tensors));
    const headerBytes = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    expect(Object.keys(header)).toEqual([...tensors.keys()]);
    for (const [name, { data, shape }] of tensors)
      expect((8 + headerBytes + header[name]!.data_offsets[0]) % (data.length / shape[0]!)).toBe(0);
    const { tensors: found } = decodeSafetensors(bytes, 'x');
    expect([...found.keys()]).toEqual([...tensors.keys()]);
    for (const [name, { data }] of tensors) expect([...found.get(name)!.data]).toEqual([...data]);
  });
  it('is read at any offset of a larger buffer', () => {
    const bytes = whole(small);
    for (let shift = 0; shift < 9; shift++) {
      const larger = Buffer.alloc(bytes.length + 20, 255);
      bytes.copy(larger, shift);
      expect(plain(decodeSafetensors(larger.subarray(shift, shift + bytes.length), 'f'))).toEqual(
        plain({ tensors: small, metadata: {} }),
      );
    }
  });
  it('is not written for tensors whose bytes do not fit their shape, or that use a reserved name', () => {
    const data = new Uint8Array(4);
    const encode = (name: string, shape: number[]) => () =>
      encodeSafetensors(new Map([[name, { dtype: 'F32' as const, shape, data }]]));
    expect(encode('a', [2])).toThrow(InternalError);
    expect(encode('a', [-1, -1])).toThrow(InternalError);
    expect(encode('__metadata__', [1])).toThrow(InternalError);
  });
});

describe('damage', () => {
  it('of any single byte is refused or leaves a valid file', () => {
    const bytes = whole(small, { k: 'v' });
    let refused = 0;
    for (let at = 0; at < bytes.length; at++)
      for (let change = 1; change < 256; change++) {
        const spoiled = Buffer.from(bytes);
        spoiled[at] = spoiled[at]! ^ change;
        const found = decodeOrRefuse(spoiled);
        if (found instanceof FileError) refused++;
        else
          for (const { dtype, shape, data } of found.tensors.values())
            if (data.length !== sizeOf(dtype, shape)) throw new Error(`byte ${at} ^ ${change}: ${dtype}`);
      }
    expect(refused).toBeGreaterThan(100 * bytes.length);
  });
  it('by truncation is refused at every length', () => {
    const bytes = whole(small, { k: 'v' });
    for (let length = 0; length < bytes.length; length++)
      expect(decodeOrRefuse(bytes.subarray(0, length)), `${length} bytes`).toBeInstanceOf(FileError);
  });
  it('by extra bytes is refused', () => {
    expect(() => decodeSafetensors(Buffer.concat([whole(small), Buffer.alloc(1)]), 'f')).toThrow(
      /1 bytes belong to no tensor/,
    );
  });
  it('of any kind gives no other exception', () => {
    const header = fc.oneof(
      fc.json(),
      fc.string(),
      fc.dictionary(
        fc.string(),
        fc.record({
          dtype: fc.oneof(fc.constantFrom(...dtypes), fc.string()),
          shape: fc.array(fc.oneof(fc.integer(), fc.double(), fc.maxSafeNat())),
          data_offsets: fc.array(fc.oneof(fc.integer(), fc.maxSafeNat(), fc.double())),
        }),
      ),
    );
    fc.assert(
      fc.property(header, fc.nat(20), (value, data) => {
        decodeOrRefuse(raw(value, data));
      }),
      { seed: 3, numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeOrRefuse(bytes);
      }),
      { seed: 4 },
    );
  });
});

describe('refused is', () => {
  it.each<[string, Buffer, RegExp]>([
    ['an overlap', raw({ a: u8(0, 3), b: u8(2, 4) }, 4), /overlap at byte 2/],
    ['a tensor inside another', raw({ a: u8(0, 4), b: u8(1, 2) }, 4), /overlap at byte 1/],
    ['the same bytes twice', raw({ a: u8(0, 4), b: u8(0, 4) }, 4), /overlap at byte 0/],
    ['a hole', raw({ a: u8(0, 2), b: u8(3, 4) }, 4), /leave a hole at byte 3/],
    ['a hole at the start', raw({ a: u8(1, 2) }, 2), /leave a hole at byte 1/],
    ['an empty tensor outside', raw({ a: u8(0, 2), b: u8(3, 3) }, 2), /"b" ends at byte 3 of 2/],
    ['a tensor past the end', raw({ a: u8(0, 5) }, 4), /"a" ends at byte 5 of 4/],
    [
      'a span that is not the shape',
      raw({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, 4),
      /"a" has 4 bytes for F32 \[2\]/,
    ],
    [
      'a shape whose size overflows',
      raw({ a: { dtype: 'F64', shape: [2 ** 52, 2 ** 52, 2 ** 52], data_offsets: [0, 0] } }),
      /"a" has 0 bytes/,
    ],
    ['a backward span', raw({ a: { dtype: 'U8', shape: [0], data_offsets: [4, 0] } }, 4), /"a" has -4 bytes/],
    ['no type', raw({ a: { dtype: 'f32', shape: [0], data_offsets: [0, 0] } }), /the entry of "a"/],
    [
      'a type of other bytes',
      raw({ a: { dtype: 'U16', shape: [3], data_offsets: [0, 4] } }, 4),
      /"a" has 4 bytes for U16 \[3\]/,
    ],
    ['a negative length', raw({ a: { dtype: 'U8', shape: [-1], data_offsets: [0, 0] } }), /the entry of "a"/],
    ['an entry of null', raw({ a: null }), /the entry of "a"/],
    [
      'a tensor twice',
      raw(`{"a":${JSON.stringify(u8(0, 2))},"a":${JSON.stringify(u8(0, 2))}}`, 2),
      /"a" twice/,
    ],
    [
      'a tensor twice, once in escapes',
      raw(`{"a":${JSON.stringify(u8(0, 2))},"\\u0061":${JSON.stringify(u8(0, 2))}}`, 2),
      /"a" twice/,
    ],
    [
      'a shape twice',
      raw('{"a":{"dtype":"U8","shape":[1],"shape":[0],"data_offsets":[0,0]}}'),
      /"shape" twice/,
    ],
    ['metadata twice', raw('{"__metadata__":{},"__metadata__":{}}'), /"__metadata__" twice/],
    ['metadata of numbers', raw({ __metadata__: { a: 1 } }), /metadata is not text/],
    ['metadata in a list', raw({ __metadata__: ['a'] }), /metadata is not text/],
    ['a header that is a list', raw([]), /not a JSON object/],
    ['a header that is null', raw('null'), /not a JSON object/],
    ['a header that is not JSON', raw('{"a":'), /not JSON/],
    ['an empty header', raw(''), /not JSON/],
    ['a file of less than 8 bytes', Buffer.alloc(7), /7 bytes are not a safetensors file/],
    ['a header longer than the file', Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 123, 125]), /would have 3 bytes/],
    ['a header of 2^64 - 1 bytes', Buffer.alloc(20, 255), /would have 18446744073709552000 bytes/],
  ])('%s', (_, bytes, words) => {
    expect(() => decodeSafetensors(bytes, 'f')).toThrow(words);
    expect(decodeOrRefuse(bytes)).toBeInstanceOf(FileError);
  });
  it('a header of more than 100 MB, even if the file has it', () => {
    const bytes = Buffer.alloc(100_000_100);
    bytes.writeBigUInt64LE(100_000_001n);
    expect(() => decodeSafetensors(bytes, 'f')).toThrow(/would have 100000001 bytes/);
  });
  it('a name that is not UTF-8', () => {
    const bytes = whole(new Map([['nämé', { dtype: 'U8', shape: [0], data: new Uint8Array() }]]));
    bytes[bytes.indexOf('ä')] = 0xff;
    expect(() => decodeSafetensors(bytes, 'f')).toThrow(/not JSON/);
  });
});

describe('unsupported types', () => {
  const types: readonly (readonly [string, number])[] = [
    ...(['F8_E4M3', 'F8_E5M2', 'F8_E8M0'] as const).map((dtype) => [dtype, 8] as const),
    ...([
      ['U16', 16],
      ['U32', 32],
      ['U64', 64],
      ['C64', 64],
      ['F4', 4],
      ['F6_E2M3', 6],
    ] as const),
    ['F12_NEW', 12],
  ];
  it.each(types)('%s is named, and other tensors of the file are read', async (dtype, bits) => {
    const size = (4 * bits) / 8;
    const bytes = raw(
      { a: u8(0, 8), q: { dtype, shape: [4], data_offsets: [8, 8 + size] } },
      Uint8Array.from({ length: 8 + size }, (_, i) => i),
    );
    expect(() => decodeSafetensors(bytes, 'f')).toThrow(
      new RegExp(`^f: "q" is stored as ${dtype}.*; expected floats`),
    );
    const { tensors } = findSafetensors(sourceOfBytes(bytes), 'f');
    expect((await tensors.get('a')!.read()).data).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
    expect(tensors.get('q')).toMatchObject({ dtype, shape: [4] });
    await expect(tensors.get('q')!.read()).rejects.toThrow(FileError);
  });
});

describe('reading', () => {
  it('a written file yields its tensors; the error for a missing file or a folder names the path', () => {
    const root = temporaryFolder();
    const path = join(root, 'a.safetensors');
    writeFileSync(path, whole(small, { k: 'v' }));
    expect(plain(readSafetensors(path))).toEqual(plain({ tensors: small, metadata: { k: 'v' } }));
    writeFileSync(path, whole(small).subarray(0, -1));
    expect(() => readSafetensors(path)).toThrow(`${path} is damaged or half-written`);
    const missing = join(root, 'missing');
    expect(() => readSafetensors(missing)).toThrow(
      new FileError(`cannot read ${missing}: it does not exist`),
    );
    expect(() => readSafetensors(root)).toThrow(FileError);
  });
});
