import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import { numbersOf } from './numbers.ts';
import {
  callOf,
  type FakeEntry,
  globalOf,
  legacyOf,
  opcodesOf,
  pickleOf,
  Raw,
  tensorOf,
  zipOf,
} from './pytorch/fake-file.ts';
import { encodeSafetensors, type StoredTensor } from './safetensors.ts';
import { openWeightFile } from './weight-file.ts';
import { temporaryFolder } from '../test-folder.ts';

const folder = temporaryFolder();
const path = join(folder, 'weights.pth');

/** The contents of a file's tensors. */
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

it('zip: deflated entries, zip64 sizes, and big-endian numbers', async () => {
  const data = bytesOf(floats);
  expect(await readAll(zipWith(dictOf(false), { 'net/data/0': { data, deflate: true } }))).toEqual(expected);
  expect(await readAll(zipWith(dictOf(false), { 'net/data/0': { data, zip64: true } }))).toEqual(expected);
  const swapped = Uint8Array.from(data, (_, i) => data[(i & ~3) + 3 - (i & 3)]!);
  const big = { 'net/byteorder': { data: Buffer.from('big') }, 'net/data/0': { data: swapped } };
  expect(await readAll(zipWith(dictOf(false), big))).toEqual(expected);
});

it.each(['state_dict', 'model', 'net'])(
  'the weights are found under %s, beside other entries',
  async (key) => {
    const checkpoint = new Map<string, unknown>([
      ['epoch', 3],
      ['best_prec1', tensorOf({ key: '0', shape: [], elements: 6 })],
      [key, dictOf(false)],
    ]);
    expect(await readAll(zipWith(checkpoint))).toEqual(expected);
  },
);

describe('a checkpoint', () => {
  const open = async (content: unknown, stateDict?: string, bytes = zipWith(content)) => {
    writeFileSync(path, bytes);
    return openWeightFile(path, { stateDict });
  };
  const dotted = (mark: string): Map<string, Raw> =>
    new Map([[`conv1.${mark}`, tensorOf({ ...weight, shape: [6] })]]);
  const named = (module: string, name: string, ...args: readonly unknown[]): Raw =>
    callOf(globalOf(module, name), args);
  const tensor = tensorOf({ ...weight, shape: [] });

  it.each<[string, readonly (readonly [string, unknown])[], string, readonly string[]]>([
    [
      'model_state_dict',
      [
        ['optimizer_state_dict', dotted('b')],
        ['model_state_dict', dotted('a')],
      ],
      'model_state_dict',
      [],
    ],
    [
      'Lightning',
      [
        ['epoch', 3],
        ['state_dict', dotted('a')],
        ['optimizer_states', [new Map([['state', new Map([[0, new Map([['exp_avg', tensor]])]])]])]],
      ],
      'state_dict',
      [],
    ],
    [
      'averages beside it',
      [
        ['state_dict_ema', dotted('b')],
        ['state_dict', dotted('a')],
      ],
      'state_dict',
      ['state_dict_ema'],
    ],
    ['averages alone', [['state_dict_ema', dotted('a')]], 'state_dict_ema', []],
    [
      'params and params_ema',
      [
        ['params', dotted('a')],
        ['params_ema', dotted('b')],
      ],
      'params',
      ['params_ema'],
    ],
    [
      'wrappers in wrappers',
      [
        [
          'model',
          new Map<string, unknown>([
            ['state_dict', dotted('a')],
            ['ema', dotted('b')],
          ]),
        ],
      ],
      'model.state_dict',
      ['model.ema'],
    ],
    [
      'a key of its own',
      [
        ['epoch', 1],
        ['best_acc', tensor],
        ['my_resnet', dotted('a')],
      ],
      'my_resnet',
      [],
    ],
    ['a list of parts', [['checkpoint', [dotted('a'), 7]]], 'checkpoint.0', []],
    [
      'tensors at the top beside other things',
      [
        ['conv1.a', tensorOf({ ...weight, shape: [6] })],
        ['rng', tensor],
        ['opt', new Map([['state', 1]])],
      ],
      '',
      [],
    ],
  ])('%s: the state dict of the net is found', async (_, content, stateDict, averages) => {
    const file = await open(new Map(content));
    expect({ stateDict: file.stateDict, averages: file.averages }).toEqual({ stateDict, averages });
    expect([...file.tensors.keys()].filter((name) => name.includes('.'))).toEqual(['conv1.a']);
    file.close();
  });

  it('the state dict is chosen by its keys, by the last key, or by a name prefix', async () => {
    const content = new Map<string, unknown>([
      [
        'state_dict',
        new Map([...dotted('a'), ...[...dotted('c')].map(([name, one]) => [`net_g.${name}`, one] as const)]),
      ],
      ['ema', new Map([['model', dotted('b')]])],
    ]);
    const names = async (key: string): Promise<string[]> => {
      const file = await open(content, key);
      file.close();
      return [...file.tensors.keys()];
    };
    expect(await names('ema.model')).toEqual(['conv1.b']);
    expect(await names('model')).toEqual(['conv1.b']);
    expect(await names('net_g')).toEqual(['conv1.c']);
    await expect(names('state_dict_ema')).rejects.toThrow(
      'has no state dictionary "state_dict_ema": it has state_dict, ema.model',
    );
    writeFileSync(path, safe);
    await expect(openWeightFile(path, { stateDict: 'ema' })).rejects.toThrow(
      'no name in it begins with ema.',
    );
  });

  it('the error for ambiguous state dicts names them, and the flag chooses one', async () => {
    const content = new Map([
      ['first', dotted('a')],
      ['second', dotted('b')],
    ]);
    await expect(open(content)).rejects.toThrow(
      'has 2 state dictionaries (first, second): choose one with --state-dict',
    );
    const file = await open(content, 'second');
    expect([...file.tensors.keys()]).toEqual(['conv1.b']);
    file.close();
  });

  const latin = (text: string): Raw => named('_codecs', 'encode', text, 'latin1');
  const f8 = new Raw(
    named('numpy', 'dtype', 'f8', false, true).bytes,
    pickleOf([3, '<']).subarray(2, -1),
    'b',
  );
  const array = (shape: readonly number[], data: Raw): Raw =>
    new Raw(
      named('numpy.core.multiarray', '_reconstruct', globalOf('numpy', 'ndarray'), [0], latin('b')).bytes,
      pickleOf([1, shape, f8, false, data]).subarray(2, -1),
      'b',
    );
  const one = latin('\0\0\0\0\0\0\u00f0?');
  it.each<[string, unknown]>([
    ['an array of NumPy', array([1], one)],
    ['a number of NumPy', named('numpy.core.multiarray', 'scalar', f8, one)],
    ['the state of a generator', new Map([['key', array([1], one)]])],
    ['a type', globalOf('torch', 'uint8')],
    ['a date', named('datetime', 'datetime', latin('\x07\xe8'))],
    ['a set', named('builtins', 'set', new Raw(']K\x01a'))],
    ['a set of protocol 4', new Raw('\x8f(K\x01K\x02\x90')],
    ['a path', named('pathlib', 'PosixPath', 'a', 'b')],
    ['options', new Raw(globalOf('argparse', 'Namespace').bytes, ')\x81}X\x02\0\0\0lrK\x01sb')],
    [
      'options of a class of its own',
      new Raw(globalOf('__main__', 'Config').bytes, ')\x81}X\x02\0\0\0lrK\x01sb'),
    ],
    [
      'a dictionary of a class of its own',
      new Raw(globalOf('lightning.fabric.utilities.data', 'AttributeDict').bytes, ')\x81K\x01K\x02s'),
    ],
    ['a schedule', new Raw(globalOf('torch.optim.lr_scheduler', 'StepLR').bytes, ')\x81}b')],
    ['a whole module', new Raw(globalOf('torch.nn.modules.container', 'Sequential').bytes, ')\x81}b')],
    [
      'complex numbers',
      new Raw(opcodesOf(['storage', globalOf('torch', 'ComplexFloatStorage'), '9', 'cpu', 1]), 'Q'),
    ],
    ['bytes', tensorOf({ ...weight, key: '0', shape: [2] })],
  ])('%s beside the weights is skipped', async (_, extra) => {
    const content = new Map<string, unknown>([
      ['extra', extra],
      ['state_dict', dictOf(false)],
      ['list', [extra, 1]],
    ]);
    expect(await readAll(zipWith(content))).toEqual(expected);
  });

  it('NumPy arrays count as weights in place of tensors', async () => {
    expect(await readAll(zipWith(new Map([['conv1.weight', array([1], one)]])))).toEqual({
      'conv1.weight': [1],
    });
  });

  it.each<[string, string, string]>([
    ['ComplexFloatStorage', 'C64', 'C64 (complex numbers)'],
    ['QInt8Storage', 'QI8', 'QI8 (quantised numbers)'],
  ])('torch.%s is an unsupported type', async (storage, dtype, words) => {
    const id = new Raw(opcodesOf(['storage', globalOf('torch', storage), '0', 'cpu', 2]), 'Q');
    const args = [id, 0, [2], [1], false, callOf(globalOf('collections', 'OrderedDict'), [])];
    const file = await open(
      new Map([['conv1.weight', named('torch._utils', '_rebuild_tensor_v2', ...args)]]),
    );
    const found = file.tensors.get('conv1.weight')!;
    expect(found).toMatchObject({ dtype, shape: [2] });
    await expect(found.read()).rejects.toThrow(`"conv1.weight" is stored as ${words}; expected floats`);
    file.close();
  });

  it('types without a storage of their own, such as uint16 and 8-bit floats, are named; floats are read', async () => {
    const id = new Raw(
      opcodesOf(['storage', globalOf('torch.storage', 'UntypedStorage'), '0', 'cpu', 24]),
      'Q',
    );
    const typed = (dtype: string, shape: readonly number[]): Raw =>
      named(
        'torch._utils',
        '_rebuild_tensor_v3',
        id,
        0,
        shape,
        [1],
        false,
        new Map(),
        globalOf('torch', dtype),
        new Map(),
      );
    const content = new Map([
      ['a.f', typed('float32', [6])],
      ['a.u', typed('uint16', [12])],
      ['a.e', typed('float8_e4m3fn', [24])],
    ]);
    const file = await open(content);
    expect([...file.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['a.f', 'F32', [6]],
      ['a.u', 'U16', [12]],
      ['a.e', 'F8_E4M3', [24]],
    ]);
    expect([...numbersOf(await file.tensors.get('a.f')!.read())]).toEqual([0, 1, 2, 3, 4, 5]);
    await expect(file.tensors.get('a.u')!.read()).rejects.toThrow('stored as U16 (unsigned 16-bit integers)');
    file.close();
    await expect(open(new Map([['a.u', typed('uint16', [13])]]))).rejects.toThrow(
      'reaches element 12 of a storage of 12',
    );
  });

  it('a wrapper class for tensors with attributes is accepted, but not the class itself', async () => {
    const rebuild = globalOf('torch._tensor', '_rebuild_from_type_v2');
    const plain = [opcodesOf(['storage', globalOf('torch', 'FloatStorage'), '0', 'cpu', 6])].map(
      (id) => new Raw(id, 'Q'),
    )[0]!;
    const args = [plain, 0, [6], [1], false, callOf(globalOf('collections', 'OrderedDict'), [])];
    const wrapped = callOf(rebuild, [
      globalOf('torch._utils', '_rebuild_tensor_v2'),
      globalOf('torch', 'Tensor'),
      args,
      new Map(),
    ]);
    expect(await readAll(zipWith(new Map([['conv1.weight', wrapped]])))).toEqual({
      'conv1.weight': [0, 1, 2, 3, 4, 5],
    });
    const nested = callOf(rebuild, [rebuild, globalOf('torch', 'Tensor'), [rebuild, 1, []], new Map()]);
    expect((await errorOf(zipWith(new Map([['conv1.weight', nested]])))).message).toContain(
      'has no state dictionary',
    );
  });

  it('a lazily negated view of any type has its signs flipped', async () => {
    const ones = Buffer.alloc(8, 1);
    const negated = (storage: string, elements: number, bits: Map<string, boolean>): Raw => {
      const id = new Raw(opcodesOf(['storage', globalOf('torch', storage), '0', 'cpu', elements]), 'Q');
      const hooks = callOf(globalOf('collections', 'OrderedDict'), []);
      return named('torch._utils', '_rebuild_tensor_v2', id, 0, [elements], [1], false, hooks, bits);
    };
    const numbers = async (storage: string, data: Buffer, elements: number, neg: boolean) => {
      const content = new Map([['a.w', negated(storage, elements, new Map([['neg', neg]]))]]);
      return (await readAll(zipWith(content, { 'net/data/0': { data } })))['a.w']!;
    };
    for (const [storage, elements] of [
      ['DoubleStorage', 1],
      ['FloatStorage', 2],
      ['HalfStorage', 4],
      ['BFloat16Storage', 4],
      ['LongStorage', 1],
      ['ShortStorage', 4],
      ['CharStorage', 8],
    ] as const) {
      const plain = await numbers(storage, ones, elements, false);
      expect(plain.every((value) => value > 0)).toBe(true);
      expect(await numbers(storage, ones, elements, true), storage).toEqual(plain.map((value) => -value));
    }
    expect(await numbers('ShortStorage', Buffer.from([0, 0, 0, 1]), 2, true)).toEqual([0, -256]);
  });

  it.each<[string, string, readonly unknown[], readonly number[], string]>([
    ['sparse', '_rebuild_sparse_tensor', [null, [null, null, [4, 3]]], [4, 3], 'a sparse tensor (Tensor.to'],
    ['CSR', '_rebuild_sparse_csr_tensor', [null, [null, null, null, [4, 3]]], [4, 3], 'a sparse tensor'],
    ['meta', '_rebuild_meta_tensor_no_storage', [null, [4], [1], false], [4], 'without numbers'],
  ])(
    'a tensor that is not stored as numbers is listed and named: %s',
    async (_, rebuild, args, shape, words) => {
      const file = await open(new Map([['a.w', named('torch._utils', rebuild, ...args)]]));
      const found = file.tensors.get('a.w')!;
      expect(found.shape).toEqual(shape);
      await expect(found.read()).rejects.toThrow(words);
      file.close();
    },
  );

  it("a file with only a whole module is reported by the module's class", async () => {
    const whole = new Raw(globalOf('torch.nn.modules.container', 'Sequential').bytes, ')\x81}b');
    for (const content of [
      whole,
      new Map<string, unknown>([
        ['epoch', 1],
        ['model', whole],
      ]),
    ])
      expect((await errorOf(zipWith(content))).message).toContain(
        'it holds an object of "torch.nn.modules.container.Sequential", whose class is code and is not loaded; save model.state_dict()',
      );
  });
});

describe('sharded weights', () => {
  const part = (name: string, ...keys: readonly string[]): void => {
    const tensors = keys.map((key): [string, StoredTensor] => [
      key,
      { dtype: 'F32', shape: [2, 3], data: bytesOf(floats) },
    ]);
    writeFileSync(join(folder, name), Buffer.concat(encodeSafetensors(new Map(tensors))));
  };
  const index = (map: unknown): Buffer =>
    Buffer.from(JSON.stringify({ metadata: { total_size: 48 }, weight_map: map }));
  part('model-1.safetensors', 'a', 'b');
  part('model-2.safetensors', 'c', 'unlisted');
  writeFileSync(join(folder, 'model-3.bin'), zipped);

  it('are read by their index, in either format', async () => {
    const map = { a: 'model-1.safetensors', c: 'model-2.safetensors' };
    expect(await readAll(index(map))).toEqual({ a: expected.w, c: expected.w });
    expect(await readAll(index({ t: 'model-3.bin' }))).toEqual({ t: expected.t });
  });

  it.each<[string, unknown, string]>([
    ['a part that is missing', { a: 'model-9.safetensors' }, 'model-9.safetensors: it does not exist'],
    [
      'a tensor that its part lacks',
      { a: 'model-1.safetensors', d: 'model-2.safetensors' },
      'there is no d in model-2.safetensors',
    ],
    ['a part elsewhere', { a: '../model-1.safetensors' }, 'names "../model-1.safetensors" as a part'],
    ['the folder as a part', { a: '..' }, 'names ".." as a part'],
    ['a part that is not a name', { a: 3 }, 'names 3 as a part'],
    ['itself', { a: 'weights.pth' }, 'names itself as a part'],
    ['another index', { a: 'other.index.json' }, 'that file is an index'],
    ['nothing', {}, 'names no tensors'],
  ])('%s is a named error', async (_, map, message) => {
    const error = await errorOf(index(map));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });
});

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
