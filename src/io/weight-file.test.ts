import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
import { callOf, globalOf, opcodesOf, pickleOf, Raw, tensorOf } from './pytorch/fake-file.ts';
import { numbersOf } from './numbers.ts';
import { openWeightFile } from './weight-file.ts';
import { temporaryFolder } from '../test-folder.ts';

const path = join(temporaryFolder(), 'weights.pth');
const readAll = (bytes: Uint8Array): Promise<Record<string, number[]>> => readAllFrom(path, bytes);
const errorOf = (bytes: Uint8Array): Promise<Error> => errorFrom(path, bytes);

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
