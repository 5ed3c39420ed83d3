import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import {
  bytesOf,
  dictOf,
  errorFrom,
  expected,
  floats,
  legacy,
  readAllFrom,
  safe,
  weight,
  zipWith,
  zipped,
} from './fake-weights.ts';
import { callOf, globalOf, legacyOf, pickleOf, Raw, tensorOf, zipOf } from './pytorch/fake-file.ts';
import { openWeightFile } from './weight-file.ts';
import { temporaryFolder } from '../test-folder.ts';

const folder = temporaryFolder();
const path = join(folder, 'weights.pth');
const readAll = (bytes: Uint8Array): Promise<Record<string, number[]>> => readAllFrom(path, bytes);
const errorOf = (bytes: Uint8Array): Promise<Error> => errorFrom(path, bytes);

describe('refused with one line', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.of(), 'is empty; expected a weight file'],
    ['bytes of no kind', Buffer.of(1, 2, 3), 'is of an unknown format; expected a weight file'],
    [
      'a zip of photos',
      zipOf({ 'a/b.jpg': { data: Buffer.of(1) } }),
      'is a zip, but not one written by torch.save',
    ],
    [
      'another pickle',
      pickleOf(new Map([['a', 1]])),
      'is a Python pickle, but not one written by torch.save',
    ],
    [
      "tensors of Python's own pickle.dump",
      pickleOf(
        new Map([
          [
            'w',
            callOf(globalOf('torch._utils', '_rebuild_tensor_v2'), [
              callOf(globalOf('torch.storage', '_load_from_bytes'), ['bytes']),
              ...[0, [1], [1], false, new Map()],
            ]),
          ],
        ]),
      ),
      'is a Python pickle, but not one written by torch.save',
    ],
    ['an empty dictionary', zipWith(new Map()), 'no state dictionary: its dictionary is empty'],
    ['keys of Python 2', zipWith(new Map([[new Raw('C\x01a'), 3]])), 'its keys are bytes "a"'],
    ['no tensors', zipWith(new Map([['epoch', 3]])), 'no state dictionary: its keys are epoch'],
    [
      'no tensors, legacy',
      legacyOf(new Map([['epoch', 3]]), new Map()),
      'no state dictionary: its keys are epoch',
    ],
    ['no dictionary', zipWith([1, 2]), 'no state dictionary: it is not a dictionary'],
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
      'a number repeated to a gigabyte',
      zipWith(new Map([['w', tensorOf({ ...weight, shape: [1 << 28], strides: [0] })]])),
      'would repeat the numbers of its storage',
    ],
    [
      'an entry that inflates to 100 MB',
      zipWith(dictOf(false), { 'net/data/0': { data: Buffer.alloc(100_000_000), deflate: true } }),
      'claims 100000000 bytes',
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

  it('one flipped bit of a zip entry: its checksum', async () => {
    const bytes = Buffer.from(zipped);
    const place = bytes.indexOf(Buffer.from(Float32Array.of(5).buffer));
    bytes[place] = bytes[place]! ^ 1;
    expect((await errorOf(bytes)).message).toContain('the checksum of "net/data/0" is wrong');
  });

  it('lists nested 100,000 deep are ordinary data, without recursion', async () => {
    const deep = new Raw(']'.repeat(1e5), 'a'.repeat(1e5 - 1));
    const content = new Map<string, unknown>([
      ['deep', deep],
      ['state_dict', dictOf(false)],
    ]);
    expect(await readAll(zipWith(content))).toEqual(expected);
  });

  it('a missing file, a folder', async () => {
    await expect(openWeightFile(join(folder, 'none.pth'))).rejects.toThrow('it does not exist');
    await expect(openWeightFile(folder)).rejects.toThrow('it is not a file');
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

  it('truncated anywhere it is a named error', async () => {
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

it('a pickle of random bytes is a named error, or has no state dict', async () => {
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
