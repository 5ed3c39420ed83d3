import { expect, it } from 'vitest';
import { configFromRecord, configToRecord, flagOf, resolveConfig } from './config.ts';

it('every setting has a default or is optional, so that an empty configuration resolves', () => {
  expect(resolveConfig({})).toMatchObject({
    model: 'resnet20',
    scheme: 'mean-field',
    batchSize: 128,
    amp: false,
  });
});

it('a configuration survives being written and read', () => {
  const config = resolveConfig({
    scheme: 'intervals',
    lr: 0.05,
    decayMilestones: [3, 5],
    flip: false,
    clipGrad: 2,
  });
  expect(resolveConfig(configFromRecord(configToRecord(config)))).toEqual(config);
});

it.each([
  ['resnet20', 16],
  ['preresnet164', 16],
  ['resnext29-8x64d', 64],
])('the width that %s has where none is given is that of the paper, %d', (model, width) => {
  expect(resolveConfig({ model }).width).toBe(width);
  expect(resolveConfig({ model, width: 8 }).width).toBe(8);
});

it('settings are written as the flags are', () => {
  expect(Object.keys(configToRecord(resolveConfig({})))).toContain('tau-lr-factor');
  expect(flagOf('limitTrainBatches')).toBe('limit-train-batches');
});

it('an unknown setting is refused with the nearest', () => {
  expect(() => resolveConfig({ batchsize: 3 } as never, 'x.yaml')).toThrow(
    'x.yaml: unknown setting batchsize: did you mean batch-size?',
  );
});

it.each([
  [{ lr: 0 }, 'lr'],
  [{ momentum: 1 }, 'momentum'],
  [{ epochs: 1.5 }, 'epochs'],
  [{ scheme: 'meanfield' }, 'scheme'],
  [{ device: 'gpu' }, 'device'],
  [{ smoothing: 1 }, 'smoothing'],
  [{ reorder: false, scheme: 'vanilla' }, '--no-reorder'],
  [{ momentum: 0 }, 'nesterov'],
  [{ model: 'resnet21' }, 'did you mean resnet20'],
  [{ shortcut: 'B' }, 'shortcut'],
  [
    { model: 'preresnet164', shortcut: 'option-a' },
    '--shortcut option-a belongs to nets of basic blocks; preresnet164 has option-b',
  ],
])('%j is refused by name', (options, name) => {
  expect(() => resolveConfig(options as never)).toThrow(name);
});
