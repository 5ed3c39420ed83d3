import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { type KeyStyle, matchNames, nameInStyle, parseKeyStyle } from './weight-names.ts';

const shapes = (names: readonly string[], shape: readonly number[] = [2]) =>
  new Map(names.map((name) => [name, { shape }]));
const net = [
  'conv1.weight',
  'bn1.weight',
  'layer2.0.conv1.weight',
  'layer2.0.bn1.running_mean',
  'linear.bias',
];
const match = (wanted: readonly string[], found: readonly string[], style?: KeyStyle) =>
  matchNames(shapes(wanted), shapes(found), { model: 'resnet20 of width 16', file: 'FILE', style });

/** Our name, then what a file calls it. */
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
    'ours to the letter',
    'meanfield',
    [
      ['layer1.0.downsample.0.weight', 'layer1.0.downsample.0.weight'],
      ['linear.weight', 'linear.weight'],
    ],
  ],
];

it.each(kinds)('%s: the style is found out, and each name', (_, style, pairs) => {
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

it('positions in depth may be missing, but not some of them', () => {
  const wanted = ['conv1.weight', 'layer1.tau', 'layer2.tau'];
  expect([...match(wanted, ['conv1.weight']).names.keys()]).toEqual(['conv1.weight']);
  expect([...match(wanted, wanted).names.keys()]).toEqual(wanted);
  expect(() => match(wanted, ['conv1.weight', 'layer1.tau'])).toThrow('it lacks layer2.tau');
  expect(() => match(['conv1.weight'], wanted)).toThrow('it has positions in depth: give the scheme');
});

it('a wrapper that only some names have is a name like others', () => {
  expect(() => match(['a', 'b'], ['module.a', 'b'])).toThrow('it lacks a and has module.a');
});

it.each<[readonly string[], KeyStyle | undefined, string]>([
  [
    net.slice(1),
    undefined,
    'FILE does not fit resnet20 of width 16: it lacks conv1.weight; expected are akamaster names; check --model and --width, or force the names with --key-style',
  ],
  [
    [...net, 'a', 'b', 'c', 'd'],
    undefined,
    'it has a, b, c, .. (4), which the net lacks; expected are akamaster names',
  ],
  [
    net,
    'torchvision',
    'it lacks fc.bias and has linear.bias, which the net lacks; expected are torchvision names (--key-style)',
  ],
  [
    [...net, 'layer2.0.downsample.0.weight'],
    undefined,
    "its shortcuts have weights, this net's have none: give --shortcut option-b",
  ],
])('%j, %s: one line that names what is wrong', (found, style, message) => {
  const attempt = (): unknown => match(net, found, style);
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(message);
});

it('projections that the file lacks are named by the flag that leaves them out', () => {
  const projected = [...net, 'layer2.0.shortcut.0.weight', 'layer2.0.shortcut.1.weight'];
  expect(() => match(projected, net)).toThrow(
    "it lacks layer2.0.shortcut.0.weight, layer2.0.shortcut.1.weight; its shortcuts have no weights, this net's have: give --shortcut option-a",
  );
});

it('a shape that differs is named with both', () => {
  const found = new Map([...shapes(net), ['linear.bias', { shape: [3, 2] }] as const]);
  expect(() => matchNames(shapes(net), found, { model: 'resnet20', file: 'FILE' })).toThrow(
    'FILE does not fit resnet20: linear.bias is [3, 2] there, expected is [2]; check --model, --width and the data set',
  );
});

it('styles by name, with the nearest one', () => {
  expect(parseKeyStyle('torchvision')).toBe('torchvision');
  expect(() => parseKeyStyle('torch-vision')).toThrow('did you mean torchvision?');
  expect(nameInStyle('linear.weight', 'preresnet')).toBe('fc.weight');
});
