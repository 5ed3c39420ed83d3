/**
 * meanfield/io through its public name: saved values round-trip, bit by bit, and everything else is refused in one
 * line.
 */
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Errors from '../../src/errors.ts';
import type * as Io from '../../src/tensor-files/index.ts';
import type * as Tensors from '../../src/tensor/index.ts';
import { published } from '../published.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const { FileError, UsageError } = await published<typeof Errors>('meanfield');
const io = await published<typeof Io>('meanfield/io');
const { liveTensorCount, ops, scope, tensor, fromBuffer } =
  await published<typeof Tensors>('meanfield/tensor');

const folder = temporaryFolder();
type Tensor = Tensors.Tensor;
type DType = Tensors.DType;

const file = (name: string): string => join(folder, name);

const samples: Readonly<Record<DType, () => Tensor>> = {
  f32: () =>
    tensor([
      [0.1, -0, NaN],
      [Infinity, -Infinity, 1e-45],
    ]),
  f64: () => tensor([[1 / 3, -0, NaN, Infinity, 5e-324, 1e300]], { dtype: 'f64' }),
  bf16: () => tensor(Uint16Array.of(0x3fc0, 0x8000, 0x7f80), [3, 1]),
  i64: () => tensor([[2n ** 63n - 1n], [-(2n ** 63n)]], { dtype: 'i64' }),
  u8: () => tensor([0, 255, 7], { dtype: 'u8' }),
  bool: () => tensor([[true, false]], { dtype: 'bool' }),
};
const dtypes = Object.keys(samples) as DType[];

function expectSame(found: Tensor | undefined, wanted: Tensor): void {
  expect(found?.dtype).toBe(wanted.dtype);
  expect(found?.shape).toEqual(wanted.shape);
  const bits = (x: Tensor): Uint8Array => {
    const { buffer, byteOffset, byteLength } = x.toTypedArray();
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  expect(bits(found!)).toEqual(bits(wanted));
}

describe.each(dtypes)('%s', (dtype) => {
  it('round-trips through each format that has the type', async () => {
    const x = samples[dtype]();
    const formats = dtype === 'bf16' ? ['safetensors'] : ['safetensors', 'npz'];
    for (const ending of formats) {
      io.saveTensors(file(`a.${ending}`), { x, scalar: ops.select(ops.view(x, [-1]), 0, 1) });
      const found = await io.loadTensors(file(`a.${ending}`));
      expect(Object.keys(found)).toEqual(['x', 'scalar']);
      expectSame(found.x, x);
      expect(found.scalar?.shape).toEqual([]);
    }
    if (dtype !== 'bf16') {
      io.writeNpy(file('a.npy'), x);
      expectSame(io.readNpy(file('a.npy')), x);
    }
    for (const options of [{}, { columns: Array.from({ length: x.shape[1] ?? 1 }, (_, i) => `c${i}`) }]) {
      io.writeCsv(file('a.csv'), x, options);
      const column = ops.view(x, [x.shape[0]!, -1]);
      expectSame(io.readCsvTensor(file('a.csv'), { dtype }), column);
    }
  });
});

it('types that tensors lack become the narrowest type that holds their values; another is converted to on request', async () => {
  const python = (type: string, bytes: ArrayBufferView): Buffer => {
    const head = Buffer.alloc(10);
    head.write('\x93NUMPY\x01\x00', 'latin1');
    const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (2,), }\n`;
    head.writeUInt16LE(text.length, 8);
    return Buffer.concat([head, Buffer.from(text), new Uint8Array(bytes.buffer)]);
  };
  writeFileSync(file('i.npy'), python('<i4', Int32Array.of(-7, 5)));
  expect(io.readNpy(file('i.npy'))).toMatchObject({ dtype: 'i64' });
  expect(io.readNpy(file('i.npy'), { dtype: 'f32' }).toTypedArray()).toEqual(Float32Array.of(-7, 5));
  writeFileSync(file('h.npy'), python('<f2', Uint16Array.of(0x3e00, 0xfc00)));
  expect(io.readNpy(file('h.npy')).toTypedArray()).toEqual(Float32Array.of(1.5, -Infinity));
  io.saveTensors(file('x.npz'), { x: tensor([1, 2]) });
  expect((await io.loadTensors(file('x.npz'), { dtype: 'f64' })).x?.dtype).toBe('f64');
});

it('tensors that are views, and maps with any names, are saved by value', async () => {
  const x = ops.transpose(
    tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    0,
    1,
  );
  const names = ['layer1.0.weight', 'panel/Füße', 'a b', '__proto__', 'constructor'];
  for (const ending of ['npz', 'safetensors']) {
    io.saveTensors(file(`v.${ending}`), new Map(names.map((name) => [name, x])));
    const found = await io.loadTensors(file(`v.${ending}`));
    expect(Object.keys(found)).toEqual(names);
    for (const name of names) expectSame(Object.getOwnPropertyDescriptor(found, name)?.value as Tensor, x);
  }
});

it('metadata of safetensors round-trips', () => {
  io.writeSafetensors(file('m.safetensors'), { x: tensor([1]) }, { metadata: { note: 'a "b"\n' } });
  expect(io.readSafetensorsMetadata(file('m.safetensors'))).toEqual({ note: 'a "b"\n' });
  expectSame(io.readSafetensors(file('m.safetensors')).x, tensor([1]));
});

it('tables round-trip: -0, infinite numbers, NaN, booleans, null, and any text', () => {
  const rows = [
    { 'L, depth': -0, error: Infinity, good: true, note: 'say "no",\nthen' },
    { 'L, depth': 0.1 + 0.2, error: NaN, good: false, note: 'true' },
    { 'L, depth': -5e-324, error: -Infinity, good: null, note: '' },
  ];
  io.writeCsv(file('t.csv'), rows);
  expect(io.readCsv(file('t.csv'))).toStrictEqual(rows);
  io.writeCsv(file('t.tsv'), rows, { separator: '\t' });
  expect(io.readCsv(file('t.tsv'), { separator: '\t' })).toStrictEqual(rows);
  expect(io.readCsv(file('t.tsv'))).toStrictEqual(rows);
});

it('columns of a table are chosen by name', () => {
  io.writeCsv(file('c.csv'), [
    { name: 'a', x: 1, y: 2 },
    { name: 'b', x: 3, y: -0 },
  ]);
  const x = io.readCsvTensor(file('c.csv'), { columns: ['y', 'x'] });
  expect([x.dtype, x.shape, x.toArray()]).toEqual(['f64', [2, 2], [2, 1, -0, 3]]);
  expect(() => io.readCsvTensor(file('c.csv'), { columns: ['z'] })).toThrow(
    /has no column "z": the columns are name, x, y/,
  );
  expect(() => io.readCsvTensor(file('c.csv'))).toThrow(
    /c\.csv, line 2, column "name": expected a number, got "a"/,
  );
});

const points = [
  [0.5, -1],
  [1.5, 2],
  [-2, 0.25],
];
/** The same six numbers, as many programs write them. */
const dialects: Readonly<Record<string, string>> = {
  'lines that end with CR alone': 'a,b\r0.5,-1\r1.5,2\r-2,0.25\r',
  'CR alone, without names': '0.5,-1\r1.5,2\r-2,0.25',
  'CRLF and a mark of UTF-8': '\uFEFFa,b\r\n0.5,-1\r\n1.5,2\r\n-2,0.25\r\n',
  'semicolons, without names': '0.5;-1\n1.5;2\n-2;0.25\n',
  'decimal commas and semicolons': 'a;b\n0,5;-1\n1,5;2,0\n-2;,25\n',
  'decimal commas and semicolons, without names': '0,5;-1,0\n1,5;2,0\n-2,0;0,25\n',
  tabs: 'a\tb\n0.5\t-1\n1.5\t2\n-2\t0.25\n',
  bars: '0.5|-1\n1.5|2\n-2|0.25\n',
  'numpy.savetxt': '# a b\n5.000000000000000000e-01 -1.0e+00\n1.5e+00 2\n-2 2.5e-01\n',
  'aligned columns': '   a     b\n 0.5    -1\n 1.5     2\n  -2  0.25\n\n',
  'R: quoted names': '"a","b"\n0.5,-1\n1.5,2\n-2,0.25\n',
  'quoted numbers as names': '"2020","2021"\n0.5,-1\n1.5,2\n-2,0.25\n',
};

it.each(Object.entries(dialects))('a tensor is read from a table with %s', (_, text) => {
  writeFileSync(file('dialect.csv'), text);
  expect(io.readCsvTensor(file('dialect.csv')).toArray()).toEqual(points.flat());
  expect(io.readCsvTensor(file('dialect.csv')).shape).toEqual([3, 2]);
});

it('an ambiguous first line is names or numbers as the caller says', () => {
  writeFileSync(file('years.csv'), 'id,2020,2021\n1,2,3\n');
  expect(() => io.readCsvTensor(file('years.csv'))).toThrow(
    /years\.csv, line 1: expected names of columns or numbers, got "id" beside "2020" \(pass header: true/,
  );
  expect(io.readCsvTensor(file('years.csv'), { header: true, columns: ['2021', 'id'] }).toArray()).toEqual([
    3, 1,
  ]);
  writeFileSync(file('plain.csv'), '1,2\n3,4\n');
  expect(io.readCsvTensor(file('plain.csv'), { header: true }).toArray()).toEqual([3, 4]);
  writeFileSync(file('words.csv'), 'a,b\n3,4\n');
  expect(() => io.readCsvTensor(file('words.csv'), { header: false })).toThrow(
    /line 1, column 1: expected a/,
  );
});

it('a table without rows is a tensor only if the caller allows it', () => {
  io.writeCsv(file('none.csv'), tensor([], [0, 2]), { columns: ['a', 'b'] });
  expect(() => io.readCsvTensor(file('none.csv'))).toThrow(
    /none\.csv has no rows below its first line, "a,b"/,
  );
  expect(io.readCsvTensor(file('none.csv'), { allowEmpty: true }).shape).toEqual([0, 2]);
});

it('a tensor belongs to the scope in which it is read', () => {
  io.writeNpy(file('s.npy'), tensor([1, 2]));
  io.writeSafetensors(file('s.safetensors'), { x: tensor([1]), y: tensor([2]) });
  const before = liveTensorCount();
  expect(
    scope(
      () =>
        io.readNpy(file('s.npy')).size + io.readSafetensors(file('s.safetensors'), { dtype: 'f64' }).x!.size,
    ),
  ).toBe(3);
  expect(liveTensorCount()).toBe(before);
});

it('a file that cannot be written leaves the old one, and no temporary files', () => {
  io.saveTensors(file('old.npz'), { x: tensor([1]) });
  const old = readFileSync(file('old.npz'));
  expect(() => {
    io.saveTensors(file('old.npz'), { x: tensor(Uint16Array.of(1)) });
  }).toThrow(new UsageError('NumPy has no bf16: convert to f32, or save as .safetensors'));
  expect(readFileSync(file('old.npz'))).toEqual(old);
  const missing = join(folder, 'no', 'x.npy');
  expect(() => {
    io.writeNpy(missing, tensor([1]));
  }).toThrow(FileError);
  expect(existsSync(join(folder, 'no'))).toBe(false);
});

const saved = { x: tensor([1, 2, 3]) };
io.saveTensors(file('cut.npz'), saved);
io.saveTensors(file('cut.safetensors'), saved);
io.writeNpy(file('cut.npy'), saved.x);
for (const name of ['cut.npz', 'cut.safetensors', 'cut.npy'])
  truncateSync(file(name), readFileSync(file(name)).length - 3);
writeFileSync(file('other.npz'), 'this is text');
writeFileSync(file('odd.csv'), 'a,b\n1,2\n3\n');
writeFileSync(file('latin.csv'), Buffer.from([0x61, 0x0a, 0xe9]));
writeFileSync(file('hex.csv'), '0x10,1\n2,3\n');
writeFileSync(file('semicolon.csv'), '1;2\n3;4\n');
writeFileSync(file('names.csv'), 'a,b\r');
writeFileSync(file('blank.csv'), '\n\n# nothing\n');
writeFileSync(file('big.csv'), '9223372036854775808\n');

it.each<[string, () => unknown, RegExp]>([
  ['a missing .npz', () => io.loadTensors(file('no.npz')), /no\.npz: it does not exist/],
  [
    'a missing .safetensors',
    () => io.loadTensors(file('no.safetensors')),
    /no\.safetensors: it does not exist/,
  ],
  ['a missing .npy', () => io.readNpy(file('no.npy')), /no\.npy: it does not exist/],
  ['a missing .csv', () => io.readCsv(file('no.csv')), /no\.csv: it does not exist/],
  ['a .npz that is cut off', () => io.loadTensors(file('cut.npz')), /cut\.npz is damaged or half-written/],
  [
    'a .safetensors that is cut off',
    () => io.loadTensors(file('cut.safetensors')),
    /damaged or half-written/,
  ],
  ['a .npy that is cut off', () => io.readNpy(file('cut.npy')), /needs? 12 bytes, it has 9/],
  ['text as .npz', () => io.readNpz(file('other.npz')), /other\.npz is damaged or half-written/],
  ['text as .npy', () => io.readNpy(file('other.npz')), /does not begin like a \.npy file/],
  ['a row too short', () => io.readCsv(file('odd.csv')), /odd\.csv, line 3: 1 cells, the first line has 2/],
  [
    'a first line of odd numbers',
    () => io.readCsvTensor(file('hex.csv')),
    /hex\.csv, line 1: expected names of columns or numbers, got "0x10"/,
  ],
  [
    'a wrong separator',
    () => io.readCsvTensor(file('semicolon.csv'), { separator: ',' }),
    /semicolon\.csv, line 1: expected names of columns or numbers, got "1;2" .*another separator/,
  ],
  ['names alone', () => io.readCsvTensor(file('names.csv')), /names\.csv has no rows below its first line/],
  ['a table of nothing', () => io.readCsvTensor(file('blank.csv')), /blank\.csv is empty/],
  ['another encoding', () => io.readCsv(file('latin.csv')), /latin\.csv is not text in UTF-8/],
  [
    'an integer too large',
    () => io.readCsvTensor(file('big.csv'), { dtype: 'i64' }),
    /line 1, column 1: .* 64 bits/,
  ],
])('%s is a FileError in one line', async (_, act, message) => {
  const error: unknown = await Promise.resolve()
    .then(act)
    .catch((one: unknown) => one);
  expect(error).toBeInstanceOf(FileError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain('\n');
});

it.each<[string, () => unknown, RegExp]>([
  ['another ending', () => io.loadTensors('x.pt'), /a path that ends in \.safetensors or \.npz, got x\.pt/],
  [
    'a tensor without a name',
    () => {
      io.saveTensors('x.npz', tensor([1]) as never);
    },
    /expected tensors by name/,
  ],
  [
    'what is not a tensor',
    () => {
      io.saveTensors('x.npz', { x: [1] as never });
    },
    /expected a tensor for x, got \[1\]/,
  ],
  [
    'a name that leads elsewhere',
    () => {
      io.saveTensors(file('x.npz'), { '../x': tensor([1]) });
    },
    /"..\/x" is not a name/,
  ],
  [
    'the name of the metadata',
    () => {
      io.saveTensors(file('x.safetensors'), { __metadata__: tensor([1]) });
    },
    /cannot have the name __metadata__/,
  ],
  [
    'an unknown option',
    () => io.readNpy('x.npy', { dytpe: 'f64' } as never),
    /unknown option dytpe of readNpy: did you mean dtype/,
  ],
  [
    'an unknown type',
    () => {
      io.writeNpy(file('y.npy'), tensor([1]));
      return io.readNpy(file('y.npy'), { dtype: 'f16' as never });
    },
    /unknown dtype "f16"/,
  ],
  [
    'a cube as a table',
    () => {
      io.writeCsv('x.csv', tensor([[[1]]]));
    },
    /\[rows\] or \[rows, columns\], got shape \[1, 1, 1\]/,
  ],
  [
    'a disposed tensor',
    () => {
      const x = tensor([1]);
      x.dispose();
      io.saveTensors('x.npz', { x });
    },
    /x was disposed before it was saved/,
  ],
  ['an odd separator', () => io.readCsv('x.csv', { separator: '/' as never }), /unknown separator "\/"/],
  [
    'a space between cells that are written',
    () => {
      io.writeCsv('x.csv', tensor([1]), { separator: ' ' as never });
    },
    /unknown separator " "/,
  ],
  [
    'a header that is neither true nor false',
    () => io.readCsvTensor('x.csv', { header: 'no' as never }),
    /expected true or false for header, got "no"/,
  ],
])('%s is a UsageError', async (_, act, message) => {
  const error: unknown = await Promise.resolve()
    .then(act)
    .catch((one: unknown) => one);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toMatch(message);
});

it('booleans of other programs, which may be any byte, become 0 and 1', () => {
  const x = fromBuffer(Uint8Array.of(1, 0), [2], 'bool');
  io.writeNpy(file('b.npy'), x);
  const bytes = readFileSync(file('b.npy'));
  bytes[bytes.length - 2] = 7;
  writeFileSync(file('b.npy'), bytes);
  expect([...io.readNpy(file('b.npy')).toTypedArray()]).toEqual([1, 0]);
});
