import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import { numbersOf } from './numbers.ts';
import { type FakeEntry, legacyOf, pickleOf, Raw, tensorOf, zipOf } from './pytorch/fake-file.ts';
import { encodeSafetensors, type StoredTensor } from './safetensors.ts';
import { openWeightFile } from './weight-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'meanfield-weights-'));
const path = join(folder, 'weights.pth');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a file's tensors hold. */
async function readAll(bytes: Uint8Array): Promise<Record<string, number[]>> {
  writeFileSync(path, bytes);
  const file = await openWeightFile(path);
  try {
    const result: Record<string, number[]> = {};
    for (const [name, tensor] of file.tensors) result[name] = [...numbersOf(await tensor.read())];
    return result;
  } finally {
    file.close();
  }
}

async function errorOf(bytes: Uint8Array): Promise<Error> {
  try {
    await readAll(bytes);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was read');
}

const floats = Float32Array.of(0, 1, 2, 3, 4, 5);
const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);
const weight = { key: '0', shape: [2, 3], elements: 6 };
const expected = { w: [0, 1, 2, 3, 4, 5], t: [0, 3, 1, 4, 2, 5], b: [4, 5] };
const dictOf = (legacy: boolean): Map<string, Raw> =>
  new Map([
    ['w', tensorOf({ ...weight, legacy })],
    ['t', tensorOf({ ...weight, shape: [3, 2], strides: [1, 3], legacy })],
    ['b', tensorOf({ ...weight, shape: [2], offset: 4, legacy })],
  ]);
const zipWith = (content: unknown, more: Readonly<Record<string, FakeEntry>> = {}): Buffer =>
  zipOf({
    'net/data.pkl': { data: pickleOf(content) },
    'net/data/0': { data: bytesOf(floats) },
    ...more,
  });
const zipped = zipWith(dictOf(false));
const legacy = legacyOf(dictOf(true), new Map([['0', floats]]));
const safe = Buffer.concat(
  encodeSafetensors(
    new Map<string, StoredTensor>([['w', { dtype: 'F32', shape: [2, 3], data: bytesOf(floats) }]]),
  ),
);

it.each([
  ['zip', zipped],
  ['legacy', legacy],
])('%s: views of one storage, by offset and strides', async (_, bytes) => {
  expect(await readAll(bytes)).toEqual(expected);
});

it('safetensors: the same interface', async () => {
  expect(await readAll(safe)).toEqual({ w: expected.w });
});

it('zip: deflated entries, zip64 sizes, and numbers of big-endian machines', async () => {
  const data = bytesOf(floats);
  expect(await readAll(zipWith(dictOf(false), { 'net/data/0': { data, deflate: true } }))).toEqual(expected);
  expect(await readAll(zipWith(dictOf(false), { 'net/data/0': { data, zip64: true } }))).toEqual(expected);
  const swapped = Uint8Array.from(data, (_, i) => data[(i & ~3) + 3 - (i & 3)]!);
  const big = { 'net/byteorder': { data: Buffer.from('big') }, 'net/data/0': { data: swapped } };
  expect(await readAll(zipWith(dictOf(false), big))).toEqual(expected);
});

it.each(['state_dict', 'model', 'net'])(
  'the weights are found under %s, beside other things',
  async (key) => {
    const checkpoint = new Map<string, unknown>([
      ['epoch', 3],
      ['best_prec1', tensorOf({ key: '0', shape: [], elements: 6 })],
      [key, dictOf(false)],
    ]);
    expect(await readAll(zipWith(checkpoint))).toEqual(expected);
  },
);

describe('what is refused, in one line', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.of(), 'is no file of weights'],
    ['text', Buffer.from('<!DOCTYPE html><html>'), 'is no file of weights'],
    ['a zip of photos', zipOf({ 'a/b.jpg': { data: Buffer.of(1) } }), 'is a zip, but not one of torch.save'],
    ['another pickle', pickleOf(new Map([['a', 1]])), 'is a pickle, but not one of torch.save'],
    ['no tensors', zipWith(new Map([['epoch', 3]])), 'no state dictionary: its keys are epoch'],
    [
      'no tensors, legacy',
      legacyOf(new Map([['epoch', 3]]), new Map()),
      'no state dictionary: its keys are epoch',
    ],
    ['no dictionary', zipWith([1, 2]), 'no state dictionary: it is no dictionary'],
    [
      'a tensor beyond its storage',
      zipWith(new Map([['w', tensorOf({ ...weight, offset: 1 })]])),
      'reaches element 6 of a storage of 6',
    ],
    [
      'a negative stride',
      zipWith(new Map([['w', tensorOf({ ...weight, strides: [-3, 1] })]])),
      'no sizes, strides and offset that make sense',
    ],
    [
      'a number repeated to terabytes',
      zipWith(new Map([['w', tensorOf({ ...weight, shape: [1 << 30, 1 << 20], strides: [0, 0] })]])),
      'more than 4 GiB',
    ],
    [
      'a storage shorter than its tensors',
      zipWith(new Map([['w', tensorOf({ ...weight, shape: [9], elements: 9 })]])),
      'has 24 bytes, its tensors need 36',
    ],
    [
      'a storage that is missing',
      zipWith(new Map([['w', tensorOf({ ...weight, key: '7' })]])),
      'no "net/data/7"',
    ],
    [
      'an entry that claims terabytes as they are',
      zipWith(dictOf(false), {
        'net/data/0': { data: bytesOf(floats), zip64: true, claims: 2 ** 42 },
      }),
      'claims 4398046511104 bytes',
    ],
    [
      'an entry that claims terabytes inflated',
      zipWith(dictOf(false), {
        'net/data/0': { data: bytesOf(floats), zip64: true, deflate: true, claims: 2 ** 42 },
      }),
      'claims 4398046511104 bytes',
    ],
    [
      'an entry that inflates to more than it says',
      zipWith(dictOf(false), { 'net/data/0': { data: new Uint8Array(1 << 24), deflate: true, claims: 24 } }),
      'too many bytes',
    ],
    [
      'a legacy storage of another length',
      legacyOf(dictOf(true), new Map([['0', floats.slice(1)]])),
      'has 5 elements, its tensors expect 6',
    ],
  ])('%s', async (_, bytes, message) => {
    const error = await errorOf(bytes);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^.*weights\.pth[^\n]*$/);
  });

  it('one bit of a zip entry: its checksum', async () => {
    const bytes = Buffer.from(zipped);
    const place = bytes.indexOf(Buffer.from(Float32Array.of(5).buffer));
    bytes[place] = bytes[place]! ^ 1;
    expect((await errorOf(bytes)).message).toContain('the checksum of "net/data/0" is wrong');
  });

  it('lists nested 100,000 deep are data like others, without recursion', async () => {
    const deep = new Raw(']'.repeat(1e5), 'a'.repeat(1e5 - 1));
    const content = new Map<string, unknown>([
      ['deep', deep],
      ['state_dict', dictOf(false)],
    ]);
    expect(await readAll(zipWith(content))).toEqual(expected);
  });

  it('a missing file, a folder', async () => {
    await expect(openWeightFile(join(folder, 'none.pth'))).rejects.toThrow('it does not exist');
    await expect(openWeightFile(folder)).rejects.toThrow('it is no file');
  });
});

describe.each([
  ['zip', zipped],
  ['legacy', legacy],
  ['safetensors', safe],
])('%s, damaged', (kind, bytes) => {
  const onlyNamedErrors = async (damaged: Uint8Array): Promise<void> => {
    try {
      await readAll(damaged);
    } catch (error) {
      expect(error).toBeInstanceOf(FileError);
      expect((error as Error).message).not.toContain('\n');
    }
  };

  it('cut off anywhere it is a named error', async () => {
    for (let length = 0; length < bytes.length; length += kind === 'zip' ? 11 : 3) {
      const error = await errorOf(bytes.subarray(0, length));
      expect(error, `${length} bytes`).toBeInstanceOf(FileError);
    }
  });

  it('changed bytes are a named error, or other numbers', async () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [place, value] of changes) damaged[place] = value;
        await onlyNamedErrors(damaged);
      }),
      { numRuns: 200 },
    );
  });
});

it('a pickle of any bytes is a named error, or no state dictionary', async () => {
  const opcodes = fc.array(
    fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('(lt}]u)R.q\x85\x86\x8c\x93\x94csabNh'))),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(opcodes, async (codes) => {
      const data = Buffer.concat([Buffer.of(0x80, 2), Buffer.from(codes), Buffer.from('.')]);
      const error = await errorOf(zipOf({ 'net/data.pkl': { data } }));
      expect(error).toBeInstanceOf(FileError);
    }),
    { numRuns: 400 },
  );
});
