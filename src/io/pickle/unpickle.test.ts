import { expect, it } from 'vitest';
import { FileError } from '../../errors.ts';
import { sourceOfBytes } from '../byte-source.ts';
import { callOf, globalOf, pickleOf, Raw } from '../pytorch/fake-file.ts';
import { torchHost } from '../pytorch/globals.ts';
import { Cursor, type Damaged } from './cursor.ts';
import { unpickle } from './unpickle.ts';

const damaged: Damaged = (what) => new FileError(`FILE: ${what}`);

function read(bytes: Uint8Array): unknown {
  const host = torchHost('FILE', damaged, () => undefined);
  return unpickle(new Cursor(sourceOfBytes(bytes), damaged), host);
}

/** The value of opcodes, written as latin1 text. */
const value = (...opcodes: readonly (string | Uint8Array)[]): unknown => read(pickleOf(new Raw(...opcodes)));

it('values of every kind, protocols 2 to 4', () => {
  expect(value('N')).toBeNull();
  expect([value('\x88'), value('\x89')]).toEqual([true, false]);
  expect([value('K\xff'), value('M\x01\x02'), value('J\xfe\xff\xff\xff')]).toEqual([255, 513, -2]);
  expect([value('\x8a\x00'), value('\x8a\x01\xff'), value('\x8a\x02\x00\x01')]).toEqual([0, -1, 256]);
  expect(value('\x8a\x09', new Uint8Array(8), '\x01')).toBe(2n ** 64n);
  expect(value('G\x3f\xf8\0\0\0\0\0\0')).toBe(1.5);
  expect([value('X\x02\0\0\0\xc3\xa9'), value('\x8c\x02\xc3\xa9')]).toEqual(['\u00e9', '\u00e9']);
  expect([value('U\x01\xe9'), value('T\x01\0\0\0\xe9')]).toEqual(['\u00e9', '\u00e9']);
  expect([value('B\x01\0\0\0\xe9'), value('C\x01\xe9')]).toEqual([Uint8Array.of(233), Uint8Array.of(233)]);
  expect([value(')'), value(']'), value('K\x01\x85'), value('K\x01K\x02\x86')]).toEqual([
    [],
    [],
    [1],
    [1, 2],
  ]);
  expect(value('K\x01K\x02K\x03\x87')).toEqual([1, 2, 3]);
  expect(value(']K\x01a(K\x02K\x03e')).toEqual([1, 2, 3]);
  expect(value('}K\x01K\x02s(K\x03K\x04u')).toEqual(
    new Map([
      [1, 2],
      [3, 4],
    ]),
  );
  expect(value('\x8f(K\x01K\x01K\x02\x90')).toEqual(new Set([1, 2]));
  expect(value('(K\x07\x91')).toEqual(new Set([7]));
});

it('a memoized value is recalled as the same object', () => {
  const [a, b, c] = value('(]q\x05h\x05j\x05\0\0\0t') as unknown[];
  expect(a).toEqual([]);
  expect(b).toBe(a);
  expect(c).toBe(a);
  expect(value('\x95\0\0\0\0\0\0\0\0(\x8c\x01x\x94h\0t')).toEqual(['x', 'x']);
});

it('NumPy numbers and the collections in checkpoints are plain values', () => {
  const dtype = (name: string, order: string): Raw =>
    new Raw(
      callOf(globalOf('numpy', 'dtype'), [name, false, true]).bytes,
      pickleOf([3, order]).subarray(2, -1),
      'b',
    );
  const scalar = (type: Raw, bytes: Raw): unknown =>
    read(pickleOf(callOf(globalOf('numpy.core.multiarray', 'scalar'), [type, bytes])));
  const latin = (text: string): Raw => callOf(globalOf('_codecs', 'encode'), [text, 'latin1']);
  expect(scalar(dtype('f8', '<'), latin('\0\0\0\0\0\0\u00f8?'))).toBe(1.5);
  expect(scalar(dtype('f8', '>'), latin('?\u00f8\0\0\0\0\0\0'))).toBe(1.5);
  expect(scalar(dtype('i8', '<'), latin('\u0007\0\0\0\0\0\0\0'))).toBe(7n);
  expect(scalar(dtype('f8', '<'), latin('\0'))).toBeNull();
  expect(value('ccollections\nOrderedDict\n)R')).toEqual(new Map());
  expect(value('ccollections\nCounter\n}K\x01K\x02s\x85R')).toEqual(new Map([[1, 2]]));
  // An options object created by NEWOBJ, and its fields.
  expect(value('cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sb')).toEqual(new Map());
});

it.each([
  ['os', 'system'],
  ['posix', 'system'],
  ['builtins', 'eval'],
  ['builtins', '__import__'],
  ['__builtin__', 'exec'],
  ['torch', 'load'],
  ['torch.hub', 'load'],
  ['torch.nn.modules.conv', 'Conv2d.__init__'],
  ['subprocess', 'Popen'],
  ['types', 'FunctionType'],
  ['importlib', 'import_module'],
  ['operator', 'attrgetter'],
  ['numpy.testing._private.utils', 'runstring'],
  ['numpy', 'load'],
  ['collections.abc', 'Callable'],
  ['mymodule', 'run'],
  ['collections', 'OrderedDict.fromkeys'],
  ['constructor', 'constructor'],
  ['', '__proto__'],
])('the global %s.%s is refused by name, before any call', (module, name) => {
  const refused = (bytes: Uint8Array): void => {
    const attempt = (): unknown => read(bytes);
    expect(attempt).toThrow(FileError);
    expect(attempt).toThrow(
      `FILE names ${JSON.stringify(`${module}.${name}`)}, which is not part of weights`,
    );
  };
  refused(pickleOf(callOf(globalOf(module, name), ['true'])));
  const text = (part: string): string => `\x8c${String.fromCharCode(part.length)}${part}`;
  refused(pickleOf(new Raw(text(module), text(name), '\x93')));
});

const python = (module: string, name: string, ...args: readonly unknown[]): unknown =>
  read(pickleOf(callOf(globalOf(module, name), args)));
const opaque = (name: string): unknown => expect.objectContaining({ name });

it.each<[string, string]>([
  ['datetime', 'datetime'],
  ['datetime', 'timedelta'],
  ['pathlib', 'PosixPath'],
  ['pathlib._local', 'PosixPath'],
  ['decimal', 'Decimal'],
  ['fractions', 'Fraction'],
  ['uuid', 'UUID'],
  ['builtins', 'complex'],
  ['builtins', 'slice'],
  ['functools', 'partial'],
  ['copyreg', '_reconstructor'],
  ['numpy.random._pickle', '__randomstate_ctor'],
  ['torch.nn.modules.conv', 'Conv2d'],
  ['torch.optim.lr_scheduler', 'StepLR'],
  ['torch', 'Generator'],
  ['torch.nn.functional', 'relu'],
  ['omegaconf.dictconfig', 'DictConfig'],
  ['__main__', 'Config'],
  ['my_project.options', 'Options.Inner'],
])('an object of %s.%s is kept by name and not instantiated', (module, name) => {
  expect(python(module, name, 1, 2)).toEqual(opaque(`${module}.${name}`));
  // NEWOBJ_EX, a state, items of a list and of a dict.
  const made = new Raw(globalOf(module, name).bytes, ')}\x92', 'K\x01b', '(K\x01e', '(K\x01K\x02u');
  expect(read(pickleOf(made))).toEqual(expect.objectContaining({ entries: new Map([[1, 2]]) }));
});

it.each([
  ...[
    'uint8',
    'int8',
    'int16',
    'int32',
    'int64',
    'bool',
    'float16',
    'bfloat16',
    'float32',
    'float64',
    'half',
  ],
  ...[
    'uint16',
    'uint32',
    'uint64',
    'complex64',
    'complex128',
    'float8_e4m3fn',
    'quint8',
    'qint8',
    'quint4x2',
  ],
])('torch.%s is a type, not code', (name) => {
  expect(read(pickleOf(globalOf('torch', name)))).toEqual(opaque(name));
});

it.each([
  'strided',
  'sparse_coo',
  'contiguous_format',
  'channels_last',
  'preserve_format',
  'per_channel_affine',
])('torch.%s is a value', (name) => {
  expect(read(pickleOf(globalOf('torch', name)))).toEqual(opaque(`torch.${name}`));
});

it('an enumeration member is a value, by getattr of a class; other uses of getattr are refused', () => {
  const member = callOf(globalOf('builtins', 'getattr'), [globalOf('__main__', 'Colour'), 'RED']);
  expect(read(pickleOf(member))).toEqual({ member: '__main__.Colour.RED' });
  expect(() => read(pickleOf(callOf(member, [1])))).toThrow('something is called that cannot be');
  for (const args of [
    ['true'],
    [1, 'a'],
    [globalOf('a', 'B'), 2],
    [globalOf('a', 'B'), 'c', 3],
    [member, 'd'],
  ])
    expect(() => python('builtins', 'getattr', ...args)).toThrow(
      'FILE names "builtins.getattr", which is not part of weights',
    );
});

it('Python collections are plain values', () => {
  expect(python('collections', 'deque', new Raw(']K\x01a'), 5)).toEqual([1]);
  expect(value('ccollections\ndefaultdict\n(c__builtin__\nint\ntR(K\x01K\x02u')).toEqual(new Map([[1, 2]]));
  expect(python('builtins', 'frozenset', new Raw(']K\x01a'))).toEqual(new Set([1]));
  expect(python('builtins', 'bytearray', new Raw('C\x02ab'))).toEqual(Uint8Array.from(Buffer.from('ab')));
  expect(value('\x96\x02\0\0\0\0\0\0\0ab')).toEqual(Uint8Array.from(Buffer.from('ab')));
});

it('NumPy arrays have their numbers, row-major and little-endian, for every way to pickle them', () => {
  const type = (name: string, order: string): Raw =>
    new Raw(
      callOf(globalOf('numpy', 'dtype'), [name, false, true]).bytes,
      pickleOf([3, order]).subarray(2, -1),
      'b',
    );
  const array = (
    module: string,
    shape: readonly number[],
    dtype: Raw,
    columns: boolean,
    data: Raw,
  ): unknown =>
    read(
      pickleOf(
        new Raw(
          callOf(globalOf(module, '_reconstruct'), [globalOf('numpy', 'ndarray'), [0], 'b']).bytes,
          pickleOf([1, shape, dtype, columns, data]).subarray(2, -1),
          'b',
        ),
      ),
    );
  const bytes = (...numbers: readonly number[]): Raw =>
    new Raw('C', Uint8Array.of(numbers.length, ...numbers));
  const modules = ['numpy.core.multiarray', 'numpy._core.multiarray'];
  for (const module of modules) {
    expect(array(module, [2, 3], type('u1', '|'), false, bytes(1, 2, 3, 4, 5, 6))).toMatchObject({
      stored: { dtype: 'U8', shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
    });
    expect(
      array(module, [2, 3], type('i2', '>'), true, bytes(0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6)),
    ).toMatchObject({
      stored: { dtype: 'I16', shape: [2, 3], data: Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0) },
    });
  }
  // Python 2 stores bytes as text.
  expect(array(modules[0]!, [2], type('u1', '|'), false, new Raw('U\x02\xff\x01'))).toMatchObject({
    stored: { data: Uint8Array.of(255, 1) },
  });
  const buffer = callOf(globalOf('numpy.core.numeric', '_frombuffer'), [
    bytes(7, 8),
    type('u1', '|'),
    [2],
    'C',
  ]);
  expect(read(pickleOf(buffer))).toMatchObject({ stored: { shape: [2], data: Uint8Array.of(7, 8) } });
  // Objects, text, and bytes that do not fit the shape: an array without numbers.
  expect(array(modules[0]!, [1], type('O8', '|'), false, new Raw(']K\x01a'))).toMatchObject({
    dtype: undefined,
  });
  expect(array(modules[0]!, [9], type('u1', '|'), false, bytes(1))).toMatchObject({ dtype: undefined });
});

it('a list that many calls take as argument counts once per copy: eventually a named error', () => {
  const list = new Raw(']q\0(', 'N'.repeat(1e5), 'e0');
  const call = new Raw('c__builtin__\nset\nh\0\x85R0');
  expect(() =>
    read(pickleOf(new Raw(list.bytes, ...Array.from({ length: 600 }, () => call.bytes), 'N'))),
  ).toThrow('its pickle makes more than 50000000 items');
});

it.each([
  ['takes from an empty stack', '0'],
  ['looks at an empty stack', 'q\0'],
  ['has no mark', 't'],
  ['recalls value 3, which was never stored', 'h\x03'],
  ['appends to what is not a list', 'K\x01K\x02a'],
  ['puts items into what is not a dict', 'K\x01K\x02K\x03s'],
  ['has a key without a value', '}(K\x01u'],
  ['adds to what is not a set', 'K\x01(K\x02\x90'],
  ['something is called that cannot be', 'K\x01)R'],
  ['has a call without arguments', 'ccollections\nOrderedDict\nK\x01R'],
  ['a state is set on what has none', 'K\x01Nb'],
  ['names a global without text', 'K\x01K\x02\x93'],
  ['a storage has no description', 'NQ'],
  ['a storage has no type, key and length', '(X\x06\0\0\0moduleNtQ'],
  ['4294967295 bytes are needed', 'X\xff\xff\xff\xff'],
  ['bytes are needed', '\x8e\xff\xff\xff\xff\xff\xff\xff\xff'],
  ['has a whole number of 256 bytes', '\x8b\0\x01\0\0'],
  ['is not UTF-8', 'X\x01\0\0\0\xff'],
  ['has no end', `c${'x'.repeat(2000)}`],
  ['makes an object of a class (INST)', '(i'],
  ['makes an object of a class (EXT1)', '\x82\x01'],
  ['has the unknown opcode 0x49', 'I1\n'],
  ['its pickle has protocol 6', '\x80\x06N'],
  ['its pickle has protocol 1', '\x80\x01N'],
  ['has the unknown opcode 0x97', '\x97'],
  ['takes from an empty stack (before byte 3)', ''],
])('%s', (message, opcodes) => {
  const attempt = (): unknown => value(opcodes);
  expect(attempt).toThrow(FileError);
  expect(attempt).toThrow(message);
});

it('property names of JavaScript are ordinary keys', () => {
  const key = '}X\x09\0\0\0__proto__K\x01s';
  expect(value(key)).toEqual(new Map([['__proto__', 1]]));
});
