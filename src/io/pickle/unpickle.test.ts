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

/** The value of opcodes, written as text of latin1. */
const value = (...opcodes: readonly (string | Uint8Array)[]): unknown => read(pickleOf(new Raw(...opcodes)));

it('values of every kind of protocols 2 to 4', () => {
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

it('what was stored in the memo is recalled, the same object', () => {
  const [a, b, c] = value('(]q\x05h\x05j\x05\0\0\0t') as unknown[];
  expect(a).toEqual([]);
  expect(b).toBe(a);
  expect(c).toBe(a);
  expect(value('\x95\0\0\0\0\0\0\0\0(\x8c\x01x\x94h\0t')).toEqual(['x', 'x']);
});

it('numbers of NumPy and collections that checkpoints hold are plain values', () => {
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
  // An options object, made by NEWOBJ, and its fields.
  expect(value('cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sb')).toEqual(new Map());
});

it.each([
  ['os', 'system'],
  ['posix', 'system'],
  ['builtins', 'eval'],
  ['builtins', 'getattr'],
  ['__builtin__', 'exec'],
  ['torch', 'load'],
  ['torch.nn.modules.conv', 'Conv2d'],
  ['collections', 'OrderedDict.fromkeys'],
  ['constructor', 'constructor'],
  ['', '__proto__'],
])('the global %s.%s is refused by name, before anything is called', (module, name) => {
  const refused = (bytes: Uint8Array): void => {
    const attempt = (): unknown => read(bytes);
    expect(attempt).toThrow(FileError);
    expect(attempt).toThrow(`FILE names ${JSON.stringify(`${module}.${name}`)}, which is no part of weights`);
  };
  refused(pickleOf(callOf(globalOf(module, name), ['true'])));
  const text = (part: string): string => `\x8c${String.fromCharCode(part.length)}${part}`;
  refused(pickleOf(new Raw(text(module), text(name), '\x93')));
});

it('numbers that are not read, such as complex ones, are told apart from code', () => {
  expect(() => value('ctorch\nComplexFloatStorage\n')).toThrow(
    'numbers of torch.ComplexFloatStorage are not read',
  );
});

it.each([
  ['takes from an empty stack', '0'],
  ['looks at an empty stack', 'q\0'],
  ['has no mark', 't'],
  ['recalls value 3, which was never stored', 'h\x03'],
  ['appends to what is no list', 'K\x01K\x02a'],
  ['puts items into what is no dict', 'K\x01K\x02K\x03s'],
  ['has a key without a value', '}(K\x01u'],
  ['adds to what is no set', 'K\x01(K\x02\x90'],
  ['something is called that cannot be', 'K\x01)R'],
  ['has a call without arguments', 'ccollections\nOrderedDict\nK\x01R'],
  ['a state is set on what has none', 'K\x01Nb'],
  ['names a global without text', 'K\x01K\x02\x93'],
  ['a storage has no description', 'NQ'],
  ['it holds a whole module with its source code', '(X\x06\0\0\0moduleNtQ'],
  ['4294967295 bytes are needed', 'X\xff\xff\xff\xff'],
  ['bytes are needed', '\x8e\xff\xff\xff\xff\xff\xff\xff\xff'],
  ['has a whole number of 256 bytes', '\x8b\0\x01\0\0'],
  ['is not UTF-8', 'X\x01\0\0\0\xff'],
  ['has no end', `c${'x'.repeat(2000)}`],
  ['makes an object of a class (INST)', '(i'],
  ['makes an object of a class (EXT1)', '\x82\x01'],
  ['has the unknown opcode 0x49', 'I1\n'],
  ['its pickle has protocol 5', '\x80\x05N'],
  ['takes from an empty stack (before byte 3)', ''],
])('%s', (message, opcodes) => {
  const attempt = (): unknown => value(opcodes);
  expect(attempt).toThrow(FileError);
  expect(attempt).toThrow(message);
});

it('names of JavaScript are keys like others', () => {
  const key = '}X\x09\0\0\0__proto__K\x01s';
  expect(value(key)).toEqual(new Map([['__proto__', 1]]));
});
