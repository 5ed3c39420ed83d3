import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { type KeyStyle, matchNames, nameInStyle, parseKeyStyle } from './weight-names.ts';

const shapes = (names: readonly string[], shape: readonly number[] = [2]) =>
  new Map<string, { shape: readonly number[]; dtype?: string }>(names.map((name) => [name, { shape }]));
const net = [
  'conv1.weight',
  'bn1.weight',
  'layer2.0.conv1.weight',
  'layer2.0.bn1.running_mean',
  'linear.bias',
];
const match = (wanted: readonly string[], found: readonly string[], style?: KeyStyle) =>
  matchNames(shapes(wanted), shapes(found), { model: 'resnet20 of width 16', file: 'FILE', style });

/** [our name, name in the file]. */
const kinds: readonly (readonly [string, KeyStyle, readonly (readonly [string, string])[]])[] = [
  ['akamaster', 'akamaster', net.map((name) => [name, name])],
  ['DataParallel', 'akamaster', net.map((name) => [name, `module.${name}`])],
  ['compiled and parallel', 'akamaster', net.map((name) => [name, `_orig_mod.module.${name}`])],
  ['torchvision', 'torchvision', net.map((name) => [name, name.replace('linear', 'fc')])],
  [
    'torchvision, option B',
    'torchvision',
    [
      ['layer2.0.shortcut.0.weight', 'layer2.0.downsample.0.weight'],
      ['layer2.0.shortcut.1.running_var', 'layer2.0.downsample.1.running_var'],
      ['linear.weight', 'fc.weight'],
    ],
  ],
  [
    'akamaster, option B',
    'akamaster',
    [
      ['layer2.0.shortcut.0.weight', 'layer2.0.shortcut.0.weight'],
      ['linear.weight', 'linear.weight'],
    ],
  ],
  [
    'bearpaw, bottlenecks',
    'torchvision',
    [
      ['layer1.0.bn3.weight', 'module.layer1.0.bn3.weight'],
      ['layer1.0.conv3.weight', 'module.layer1.0.conv3.weight'],
      ['layer1.0.downsample.0.weight', 'module.layer1.0.downsample.0.weight'],
      ['bn.weight', 'module.bn.weight'],
      ['linear.weight', 'module.fc.weight'],
    ],
  ],
  [
    'pre-activation, shortcuts',
    'akamaster',
    [
      ['layer1.0.downsample.0.weight', 'layer1.0.shortcut.0.weight'],
      ['linear.weight', 'linear.weight'],
    ],
  ],
  [
    'our own',
    'meanfield',
    [
      ['layer1.0.downsample.0.weight', 'layer1.0.downsample.0.weight'],
      ['linear.weight', 'linear.weight'],
    ],
  ],
];

it.each(kinds)('%s: detects the style and maps every name', (_, style, pairs) => {
  const found = pairs.map(([, name]) => name);
  const ours = pairs.map(([name]) => name);
  const outcome = match(ours, [
    ...found,
    ...found.map((name) => name.replace(/[^.]+$/, 'num_batches_tracked')),
  ]);
  expect(outcome.style).toBe(style);
  expect([...outcome.names]).toEqual(pairs);
  expect([...match(ours, found, style).names]).toEqual(pairs);
});

it('either all or none of the positions in depth may be missing', () => {
  const wanted = ['conv1.weight', 'layer1.tau', 'layer2.tau'];
  expect([...match(wanted, ['conv1.weight']).names.keys()]).toEqual(['conv1.weight']);
  expect([...match(wanted, wanted).names.keys()]).toEqual(wanted);
  expect(() => match(wanted, ['conv1.weight', 'layer1.tau'])).toThrow('it lacks layer2.tau');
  expect(() => match(['conv1.weight'], wanted)).toThrow('it has positions in depth: use the scheme');
});

describe('wrapper prefixes and other parts of a checkpoint', () => {
  const akamaster = [...net, 'linear.weight'];
  const found = (rename: (name: string, i: number) => string, more: readonly string[] = []) =>
    match(akamaster, [...akamaster.map(rename), ...more]).names;
  const stored = (rename: (name: string, i: number) => string) =>
    akamaster.map((name, i) => [name, rename(name, i)]);

  it.each<[string, (name: string, i: number) => string, readonly string[]]>([
    ['module. on some names only', (name, i) => (i % 2 ? `module.${name}` : name), []],
    ['module. in the middle', (name) => name.replace('.0.', '.0.module.'), []],
    ['compiled blocks', (name) => name.replace('layer2.0.', 'layer2.0._orig_mod.'), []],
    [
      'FSDP',
      (name) => `_fsdp_wrapped_module.${name.replace('layer2', '_checkpoint_wrapped_module.layer2')}`,
      [],
    ],
    ['Lightning', (name) => `model.${name}`, ['criterion.weight', 'train_acc.confmat']],
    ['a net within a net', (name) => `model.net.backbone.${name}`, []],
    ['a head outside of its prefix', (name) => (name.startsWith('linear') ? name : `encoder.${name}`), []],
    ['averages of the same net', (name) => `net.${name}`, akamaster.map((name) => `net_ema.module.${name}`)],
    ['AveragedModel', (name) => `module.${name}`, ['n_averaged']],
    ['counts of operations', (name) => name, ['total_ops', 'layer2.0.conv1.total_params']],
  ])('%s', (_, rename, more) => {
    expect([...found(rename, more)]).toEqual(stored(rename));
  });

  it('surplus integers are ignored; surplus floats are rejected', () => {
    const all = new Map([
      ...shapes(net),
      ['rng', { shape: [5056], dtype: 'U8' }],
      ['mask', { shape: [], dtype: 'BOOL' }],
    ]);
    const named = { model: 'resnet20', file: 'FILE' };
    expect(matchNames(shapes(net), all, named).names.size).toBe(net.length);
    all.set('scale', { shape: [], dtype: 'F32' });
    expect(() => matchNames(shapes(net), all, named)).toThrow('it has unexpected scale');
  });

  it('a duplicate name or net is rejected with both places', () => {
    expect(() => match(net, [...net, 'module.conv1.weight'])).toThrow(
      'FILE has conv1.weight twice, as conv1.weight and as module.conv1.weight',
    );
    const both = ['g', 'h'].flatMap((part) => net.map((name) => `${part}.${name}`));
    expect(() => match(net, both)).toThrow(
      'FILE contains the net, or part of it, more than once, under g. and under h.: remove one, or choose one with --state-dict g',
    );
  });

  it.each([
    ['prefixes of different lengths', ['net', 'other'], 'under net. and under other.', 'net'],
    ['a net at the top', ['', 'net'], 'under net. and at the top level', 'net'],
    ['two averages', ['ema.online', 'ema.average'], 'under ema.online. and under ema.average.', 'ema.online'],
    ['words of wrappers', ['module.net', 'module.part.net'], 'under net. and under part.net.', 'module.net'],
  ])('a duplicate net is an error, never a guess: %s', (_, parts, places, key) => {
    const both = parts.flatMap((part) => net.map((name) => (part === '' ? name : `${part}.${name}`)));
    expect(() => match(net, both)).toThrow(
      `FILE contains the net, or part of it, more than once, ${places}: remove one, or choose one with --state-dict ${key}`,
    );
  });

  it('a second readout beside the net is not mistaken for its own', () => {
    expect(() => match(net, [...net, 'auxiliary.linear.weight', 'auxiliary.linear.bias'])).toThrow(
      'or part of it, more than once, under auxiliary. and at the top level: remove one',
    );
  });

  it('averages beside the net are not a second net', () => {
    const both = ['model', 'ema'].flatMap((part) => net.map((name) => `${part}.${name}`));
    expect([...match(net, both).names.values()].every((name) => name.startsWith('model.'))).toBe(true);
  });
});

it.each<[readonly string[], KeyStyle | undefined, string]>([
  [
    net.slice(1),
    undefined,
    'FILE does not fit resnet20 of width 16: it lacks conv1.weight; expected akamaster names; check --model and --width, or force the names with --key-style',
  ],
  [[...net, 'a', 'b', 'c', 'd'], undefined, 'it has unexpected a, b, c, .. (4); expected akamaster names'],
  [
    net,
    'torchvision',
    'it lacks fc.bias and has unexpected linear.bias; expected torchvision names (--key-style)',
  ],
  [
    [...net, 'layer2.0.downsample.0.weight'],
    undefined,
    'its shortcuts have weights, those of this net have none: use --shortcut option-b',
  ],
])('%j, %s: one line that names what is wrong', (found, style, message) => {
  const attempt = (): unknown => match(net, found, style);
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(message);
});

it('missing projections: the error suggests the flag that omits them', () => {
  const projected = [...net, 'layer2.0.shortcut.0.weight', 'layer2.0.shortcut.1.weight'];
  expect(() => match(projected, net)).toThrow(
    'it lacks layer2.0.shortcut.0.weight, layer2.0.shortcut.1.weight; its shortcuts have no weights, those of this net have some: use --shortcut option-a',
  );
});

it('a shape mismatch names both shapes', () => {
  const found = new Map([...shapes(net), ['linear.bias', { shape: [3, 2] }] as const]);
  expect(() => matchNames(shapes(net), found, { model: 'resnet20', file: 'FILE' })).toThrow(
    'FILE does not fit resnet20: linear.bias has shape [3, 2], expected [2]; check --model, --width and the data set',
  );
});

it('styles parse by name, with a suggestion for typos', () => {
  expect(parseKeyStyle('torchvision')).toBe('torchvision');
  expect(() => parseKeyStyle('torch-vision')).toThrow('did you mean torchvision?');
  expect(nameInStyle('linear.weight', 'preresnet')).toBe('fc.weight');
});
