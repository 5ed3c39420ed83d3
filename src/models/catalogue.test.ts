import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { Generator } from '../tensor/index.ts';
import { createModel, modelNames, parseModelName } from './catalogue.ts';

const options = { inChannels: 3, classes: 10, schedule: { scheme: 'mean-field' } } as const;

it.each([
  ['resnet20', 269_722],
  ['resnet32', 464_154],
  ['resnet44', 658_586],
  ['resnet56', 853_018],
  ['preresnet110', 1_727_962],
])('%s has its published number of parameters, %d, depth coordinates not counted', (name, expected) => {
  const model = createModel(name, options, new Generator(1));
  expect(model.parameterCount).toBe(expected);
  const all = [...model.parameters.values()].reduce((sum, one) => sum + one.size, 0);
  const particles = [...model.stages.values()].reduce((sum, stage) => sum + stage.particles, 0);
  expect(all).toBe(expected + particles);
});

it('names give depth and variant, also depths that help does not list', () => {
  expect(parseModelName('resnet20')).toEqual({ depth: 20, variant: 'post' });
  expect(parseModelName('preresnet26')).toEqual({ depth: 26, variant: 'pre' });
  for (const name of modelNames) expect(parseModelName(name).depth % 6).toBe(2);
});

it.each([
  ['resnet21', 'resnet20'],
  ['renset32', 'resnet32'],
  ['preresnet100', 'preresnet110'],
  ['ResNet56', 'resnet56'],
])('%s is no model: the error proposes %s', (name, proposal) => {
  const make = (): unknown => createModel(name, options, new Generator(1));
  expect(make).toThrow(UsageError);
  expect(make).toThrow(`unknown model "${name}": did you mean ${proposal}? (resnetD or preresnetD`);
});

it.each(['vgg16', 'resnet2', 'resnet', '', 'resnet20x'])(
  '"%s" is refused with the list of models',
  (name) => {
    expect(() => parseModelName(name)).toThrow(UsageError);
    expect(() => parseModelName(name)).toThrow('resnet8, resnet14, resnet20');
  },
);
