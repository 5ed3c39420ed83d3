import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { Generator } from '../tensor/index.ts';
import { createModel, modelNames, modelShortcuts, parseModelName, publishedWidth } from './catalogue.ts';

const options = { inChannels: 3, classes: 10, schedule: { scheme: 'mean-field' } } as const;

// Xie et al. 2017 print 68.1 M: 68,155,210 truncated, not rounded.
it.each([
  ['resnet20', 269_722, '0.27'],
  ['resnet32', 464_154, '0.46'],
  ['resnet44', 658_586, '0.66'],
  ['resnet56', 853_018, '0.85'],
  ['preresnet110', 1_727_962, '1.73'],
  ['preresnet164', 1_703_258, '1.70'],
  ['resnext29-8x64d', 34_426_698, '34.43'],
  ['resnext29-16x64d', 68_155_210, '68.16'],
])(
  '%s has its published parameter count, %d or %s M, without depth coordinates',
  (name, expected, millions) => {
    const model = createModel(name, options, new Generator(1));
    expect(model.parameterCount).toBe(expected);
    expect((expected / 1e6).toFixed(2)).toBe(millions);
    const all = [...model.parameters.values()].reduce((sum, one) => sum + one.size, 0);
    const particles = [...model.stages.values()].reduce((sum, stage) => sum + stage.particles, 0);
    expect(all).toBe(expected + particles);
    for (const one of [...model.parameters.values(), ...model.buffers.values()]) one.dispose();
  },
);

// From chenyaofo/pytorch-cifar-models, whose nets of He et al. 2015 use projections.
it.each([
  ['resnet20', 10, 272_474],
  ['resnet32', 10, 466_906],
  ['resnet44', 10, 661_338],
  ['resnet56', 10, 855_770],
  ['resnet20', 100, 278_324],
  ['resnet56', 100, 861_620],
  // Without norms, 16 x 32 + 32 x 64 parameters more than with option A.
  ['preresnet110', 10, 1_727_962 + 512 + 2048],
])(
  '%s with projections for %d classes has the parameter count of the public model zoo, %d',
  (name, classes, expected) => {
    const model = createModel(name, { ...options, classes, shortcut: 'option-b' }, new Generator(1));
    expect(model.parameterCount).toBe(expected);
    for (const one of [...model.parameters.values(), ...model.buffers.values()]) one.dispose();
  },
);

it('bottlenecks always have projections; other shortcuts are rejected', () => {
  const shapes = (shortcut?: 'option-a' | 'option-b') => {
    const model = createModel('resnet11-bottleneck', { ...options, shortcut }, new Generator(1));
    return [...model.parameters].map(([name, one]) => [name, one.shape]);
  };
  expect(shapes('option-b')).toEqual(shapes());
  expect(() => shapes('option-a')).toThrow(
    'shortcut option-a does not apply to bottleneck blocks, which have option-b',
  );
  expect(modelShortcuts('resnet20')).toEqual(['option-a', 'option-b']);
  expect(modelShortcuts('preresnet164')).toEqual(['option-b']);
});

describe('model names', () => {
  it.each([
    ['resnet20', { depth: 20, variant: 'post', block: 'basic' }],
    ['preresnet26', { depth: 26, variant: 'pre', block: 'basic' }],
    ['preresnet110', { depth: 110, variant: 'pre', block: 'basic' }],
    ['resnet164', { depth: 164, variant: 'post', block: 'basic' }],
    // The two depths published as bottleneck nets.
    ['preresnet164', { depth: 164, variant: 'pre', block: 'bottleneck' }],
    ['preresnet1001', { depth: 1001, variant: 'pre', block: 'bottleneck' }],
    ['preresnet164-basic', { depth: 164, variant: 'pre', block: 'basic' }],
    ['preresnet110-bottleneck', { depth: 110, variant: 'pre', block: 'bottleneck' }],
    ['resnet29-bottleneck', { depth: 29, variant: 'post', block: 'bottleneck' }],
    [
      'resnext29-16x64d',
      { depth: 29, variant: 'post', block: 'bottleneck', groups: { cardinality: 16, width: 64 } },
    ],
    [
      'resnext20-2x4d',
      { depth: 20, variant: 'post', block: 'bottleneck', groups: { cardinality: 2, width: 4 } },
    ],
  ])('%s is %j', (name, expected) => {
    expect(parseModelName(name)).toEqual(expected);
  });

  it('in help all parse', () => {
    for (const name of modelNames) expect(() => parseModelName(name)).not.toThrow();
  });

  it('imply the width of the paper', () => {
    expect(['resnet20', 'preresnet164', 'resnext29-2x4d'].map(publishedWidth)).toEqual([16, 16, 64]);
  });

  it.each([
    ['resnet21', 'resnet20'],
    ['renset32', 'resnet32'],
    ['preresnet100', 'preresnet110'],
    ['ResNet56', 'resnet56'],
    ['preresnet29', 'preresnet29-bottleneck'],
    ['resnet29-basic', 'resnet29-bottleneck'],
    ['preresnet32-bottleneck', 'preresnet32-basic'],
    ['resnext29-8x64', 'resnext29-8x64d'],
    ['resnext28-8x64d', 'resnext29-8x64d'],
    ['resnext29-0x64d', 'resnext29-8x64d'],
  ])('%s is not a model: the error suggests %s', (name, proposal) => {
    const make = (): unknown => createModel(name, options, new Generator(1));
    expect(make).toThrow(UsageError);
    expect(make).toThrow(`unknown model "${name}": did you mean ${proposal}? (resnetD or preresnetD`);
  });

  it.each(['vgg16', 'resnet2', 'resnet', '', 'resnet20x', 'resnext29', 'preresnet164-wide'])(
    '"%s" is rejected with the list of models',
    (name) => {
      expect(() => parseModelName(name)).toThrow(UsageError);
      expect(() => parseModelName(name)).toThrow('resnet8, resnet14, resnet20');
      expect(() => parseModelName(name)).toThrow('preresnet164, resnext29-8x64d, resnext29-16x64d');
    },
  );
});
