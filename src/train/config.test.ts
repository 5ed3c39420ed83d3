import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import {
  changedConfig,
  commandLine,
  configFromRecord,
  configToRecord,
  readSavedConfig,
  resolveConfig,
  savedConfig,
  type TrainOptions,
} from './config.ts';
import { overrideSettings, effectiveSettings } from './settings/effect.ts';
import { flagOf, keyOf } from './settings/flags.ts';
import { configKeys, isSetting, settingOf } from './settings/table.ts';
import { temporaryFolder } from '../test-folder.ts';

const root = temporaryFolder();

const refusal = (options: object, where = commandLine): string => {
  try {
    resolveConfig(options, where);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
  return 'taken';
};

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
    sched: 'step',
    lr: 0.05,
    decayMilestones: [3, 5],
    flip: false,
    clipGrad: 2,
  });
  expect(savedConfig(configToRecord(config), 'x')).toEqual(config);
  // `-c` accepts a record too.
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

it('errors write settings as flags', () => {
  expect(Object.keys(configToRecord(resolveConfig({})))).toContain('tau-lr-factor');
  expect(flagOf('limitTrainBatches')).toBe('limit-train-batches');
  for (const key of configKeys) expect(keyOf(flagOf(key))).toBe(key);
});

it('an unknown setting is rejected with a suggestion', () => {
  expect(() => resolveConfig({ batchsize: 3 } as never, 'x.yaml')).toThrow(
    'x.yaml: unknown setting batchsize: did you mean batch-size?',
  );
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect(() => resolveConfig(JSON.parse(`{"${name}": 1}`) as never)).toThrow(`unknown setting`);
});

describe('an invalid value is rejected in one line that lists the allowed ones', () => {
  it.each([
    [{ epochs: -1 }, 'expected an integer >= 1 for --epochs, got -1'],
    [{ epochs: 1.5 }, 'expected an integer >= 1 for --epochs, got 1.5'],
    [{ epochs: 'many' }, 'expected an integer >= 1 for --epochs, got "many"'],
    [{ lr: 0 }, 'expected a finite number > 0 for --lr, got 0'],
    [{ lr: Number.NaN }, '--lr, got NaN'],
    [{ momentum: 1 }, 'expected a finite number >= 0 and < 1 for --momentum'],
    [{ smoothing: 1 }, '--smoothing'],
    [
      { scheme: 'meanfield' },
      'unknown --scheme "meanfield": did you mean mean-field? (one of vanilla, mean-field,',
    ],
    [{ opt: 'SGD' }, '(one of sgd, adam)'],
    [{ shortcut: 'B' }, 'unknown --shortcut "B" (one of option-a, option-b)'],
    [{ dataset: 'cifar' }, 'did you mean cifar10? (one of fashion-mnist,'],
    [{ device: 'gpu' }, 'expected cpu, cuda or cuda:N for --device, got "gpu"'],
    [{ model: 'resnet21' }, 'did you mean resnet20'],
    [
      { sched: 'step', decayMilestones: [5, 'x'] },
      'expected numbers above 0 separated by commas for --decay-milestones, got [5, x]',
    ],
    [{ amp: 'yes' }, 'expected true or false for --amp, got "yes"'],
    [{ dataDir: '' }, 'expected a path for --data-dir'],
    [{ mean: [127.5] }, '--mean 127.5 applies to pixels in 0..1'],
    [{ std: [58.4] }, '--std 58.4 applies to pixels in 0..1'],
  ])('%j', (options, message) => {
    expect(refusal(options)).toContain(message);
  });

  it('for any setting and any value', () => {
    const value = fc.oneof(fc.anything(), fc.constantFrom(-1, 0, 1.5, 1e300, '', 'x', [], [-1], {}, null));
    fc.assert(
      fc.property(fc.constantFrom(...configKeys), value, (key, one) => {
        const message = refusal({ [key]: one });
        if (message === 'taken' || message.includes('belongs to')) return;
        expect(message).toContain(`--${flagOf(key)}`);
        expect(message).not.toMatch(
          /Invalid input|Too (small|big)|expected .* received|\((string|number)\)$/,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('a setting belongs to the choice that uses it', () => {
  it.each([
    [{ warmupEpochs: 2 }, '--warmup-epochs belongs to --sched cosine, step or constant, not one-cycle'],
    [{ minLr: 0.01 }, '--min-lr belongs to --sched cosine, not one-cycle'],
    [{ minLr: 0 }, '--min-lr belongs to --sched cosine, not one-cycle'],
    [{ decayMilestones: [3] }, '--decay-milestones belongs to --sched step, not one-cycle'],
    [{ sched: 'cosine', decayRate: 0.5 }, '--decay-rate belongs to --sched step, not cosine'],
    [{ sched: 'cosine', peakAt: 0.3 }, '--peak-at belongs to --sched one-cycle, not cosine'],
    [{ sched: 'cosine', warmupLr: 0.1 }, '--warmup-lr belongs to --warmup-epochs above 0'],
    [{ warmupLr: 0.1 }, '--warmup-lr belongs to --sched cosine, step or constant, not one-cycle'],
    [{ opt: 'adam', momentum: 0.9 }, '--momentum belongs to --opt sgd, not adam'],
    [{ opt: 'adam', nesterov: true }, '--nesterov belongs to --opt sgd, not adam'],
    [{ momentum: 0, nesterov: true }, '--nesterov belongs to --momentum above 0'],
    [
      { scheme: 'vanilla', tauLrFactor: 1 },
      /--tau-lr-factor belongs to --scheme mean-field, intervals.* or .*, not vanilla/,
    ],
    [{ scheme: 'vanilla', tauStart: 'unit' }, '--tau-start belongs to --scheme'],
    [{ scheme: 'learned-step', lastTau: 'pinned' }, '--last-tau belongs to --scheme mean-field or intervals'],
    [{ scheme: 'intervals', reorder: false }, '--no-reorder belongs to --scheme mean-field, not intervals'],
    [{ weightDecay: 0, decayNorm: true }, '--decay-norm belongs to --weight-decay above 0'],
    [
      { model: 'preresnet164', shortcut: 'option-a' },
      '--shortcut option-a does not apply to preresnet164, which has option-b',
    ],
    [{ keyStyle: 'torchvision' }, '--key-style belongs to --initial-checkpoint'],
    [
      { imageSize: 32 },
      '--image-size belongs to --dataset image-folder or synthetic-images, not fashion-mnist',
    ],
    [{ dataset: 'synthetic-images', dataDir: 'x' }, '--data-dir belongs to --dataset'],
    [{ channels: 3 }, '--channels belongs to --dataset image-folder or synthetic-images, not fashion-mnist'],
    [{ channels: 2, dataset: 'image-folder' }, 'expected 1 or 3 for --channels, got 2'],
    [
      { allowEmptyClasses: true, dataset: 'synthetic-images' },
      '--allow-empty-classes belongs to --dataset image-folder, not synthetic-images',
    ],
  ])('%j', (options, message) => {
    expect(refusal(options)).toMatch(message);
  });

  it.each([
    { sched: 'cosine', minLr: 0.01, warmupEpochs: 2, warmupLr: 0.01 },
    { sched: 'step', decayMilestones: [5], decayRate: 0.5, warmupEpochs: 1 },
    { momentum: 0 },
    { momentum: 0, nesterov: false },
    { opt: 'adam' },
    { opt: 'adam', nesterov: false },
    { scheme: 'learned-step', tauStart: 'uniform', tauLrFactor: 0 },
    { dataset: 'image-folder', imageSize: 32, dataDir: 'x' },
    { initialCheckpoint: 'x.th', keyStyle: 'torchvision' },
  ])('with its choice it is taken, and defaults never contradict: %j', (options) => {
    expect(refusal(options)).toBe('taken');
  });

  it('every choice in the table is a setting with these values', () => {
    for (const key of configKeys) {
      const { belongsTo } = settingOf(key);
      if (!belongsTo) continue;
      expect(isSetting(belongsTo.setting), key).toBe(true);
      const { kind } = settingOf(belongsTo.setting as keyof TrainOptions);
      for (const one of belongsTo.oneOf ?? []) expect(kind.check('x', one)).toBe(one);
    }
  });

  it('config.yaml records exactly the settings with an effect', () => {
    const keysOf = (options: TrainOptions): string[] => Object.keys(configToRecord(resolveConfig(options)));
    expect(keysOf({})).not.toEqual(expect.arrayContaining(['min-lr']));
    expect(keysOf({}).filter((key) => /warmup|min-lr|decay-m|decay-r/.test(key))).toEqual([]);
    const vanilla = keysOf({ scheme: 'vanilla', opt: 'adam', sched: 'constant' });
    expect(vanilla.filter((key) => /tau|reorder|momentum|nesterov|peak|min-lr|warmup-lr/.test(key))).toEqual(
      [],
    );
    expect(keysOf({ sched: 'cosine', warmupEpochs: 1 })).toEqual(
      expect.arrayContaining(['warmup-epochs', 'warmup-lr', 'min-lr']),
    );
  });
});

describe('a value that makes no sense with the others is rejected', () => {
  it.each([
    [{ sched: 'cosine', warmupEpochs: 20 }, '--warmup-epochs 20 covers all of the 15 epochs'],
    [
      { checkpointEvery: 2, epochs: 1 },
      '--checkpoint-every 2 keeps no checkpoint in 1 epoch: give at most 1',
    ],
    [{ sched: 'constant', warmupEpochs: 3, epochs: 2 }, '--warmup-epochs 3 covers all of the 2 epochs'],
    [{ sched: 'step' }, '--sched step never lowers the rate in 15 epochs: its decay-milestones are 80,120'],
    [{ sched: 'step', decayMilestones: [20] }, '--decay-milestones 20: 20 is never reached in 15 epochs'],
    [{ sched: 'step', decayMilestones: [5, 15] }, '15 is never reached in 15 epochs'],
    [{ sched: 'step', decayMilestones: [8, 5] }, '--decay-milestones 8,5: must be increasing'],
    [{ sched: 'cosine', minLr: 0.5 }, '--min-lr 0.5 is above lr 0.2'],
    [{ checkpointEvery: 16 }, '--checkpoint-every 16 keeps no checkpoint in 15 epochs'],
  ])('%j', (options, message) => {
    expect(refusal(options)).toContain(message);
  });

  it.each([
    { sched: 'constant', warmupEpochs: 15 },
    { sched: 'step', epochs: 100 },
    { sched: 'step', decayMilestones: [5, 14.5] },
    { checkpointEvery: 15 },
  ])('one that leads somewhere is taken: %j', (options) => {
    expect(refusal(options)).toBe('taken');
  });
});

it('given defaults override the built-in ones and are never rejected', () => {
  const recipe = { sched: 'step', decayMilestones: [80, 120], epochs: 160 } as const;
  expect(resolveConfig({}, 'x', recipe)).toMatchObject({ sched: 'step', epochs: 160 });
  const changed = resolveConfig({ sched: 'cosine', epochs: 3 }, 'x', recipe);
  expect(configToRecord(changed)).not.toHaveProperty('decay-milestones');
  expect(() => resolveConfig({ sched: 'cosine', decayRate: 0.5 }, 'x', recipe)).toThrow('belongs to');
});

it('paths are kept absolute, and ~ is the home folder', () => {
  expect(resolveConfig({ dataDir: 'data' }).dataDir).toBe(resolve('data'));
  expect(resolveConfig({ dataDir: '~/data' }).dataDir).toBe(join(homedir(), 'data'));
  expect(resolveConfig({ initialCheckpoint: '~/x.th' }).initialCheckpoint).toBe(join(homedir(), 'x.th'));
  expect(resolveConfig({ dataDir: '/data' }).dataDir).toBe('/data');
});

describe('records of earlier versions', () => {
  // As version 0.1 wrote them: every setting, even without effect, and values that are invalid today.
  const old = {
    ...{ dataset: 'cifar10', model: 'resnet20', width: 16, scheme: 'vanilla', reorder: true },
    ...{ 'tau-start': 'unit', 'last-tau': 'free', 'tau-lr-factor': 7, epochs: 15, opt: 'sgd', momentum: 0.9 },
    ...{ nesterov: true, lr: 0.2, sched: 'one-cycle', 'peak-at': 0.2, 'warmup-epochs': 30, 'min-lr': 1 },
    ...{ 'decay-milestones': [80, 120], 'decay-rate': 0.1, mean: [127.5, 120, 110], 'clip-grad': null },
  };

  it('are read; settings without effect are dropped', () => {
    const config = savedConfig(old, 'config.yaml');
    expect(config).toMatchObject({ scheme: 'vanilla', tauLrFactor: 1, warmupEpochs: 0, minLr: 0 });
    expect(config.mean).toEqual([127.5, 120, 110]);
    expect(config.clipGrad).toBeUndefined();
  });

  it('resolve to the configuration of a new run with the same settings', () => {
    expect(savedConfig({ ...old, mean: null }, 'x')).toEqual(
      resolveConfig({ dataset: 'cifar10', scheme: 'vanilla', width: 16 }),
    );
  });

  it('are read from a run folder; an error names an unknown setting', () => {
    const run = join(root, 'run');
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'config.yaml'), 'epochs: 3\n');
    expect(readSavedConfig(run).epochs).toBe(3);
    writeFileSync(join(run, 'config.yaml'), 'epochs: 3\nwings: 2\n');
    expect(() => readSavedConfig(run)).toThrow(/config\.yaml: unknown setting wings/);
  });
});

describe('a resumed run', () => {
  const saved = resolveConfig({ dataset: 'cifar10', dataDir: '/old', epochs: 3 });
  const changeable = new Set(['dataDir', 'threads', 'checkpointEvery']);
  const change = (changes: object): unknown => changedConfig(saved, changes as never, changeable, 'RUN');

  it('accepts changeable settings and unchanged values', () => {
    expect(change({ dataDir: '/new', threads: 2, epochs: 3 })).toMatchObject({ dataDir: '/new', threads: 2 });
  });

  it.each([
    [{ lr: 0.5 }, 'keeps the settings of the run: lr is 0.2 in RUN and cannot become 0.5'],
    [{ minLr: 0 }, '--min-lr belongs to --sched cosine'],
    [{ threads: 0 }, 'expected an integer >= 1 for --threads'],
    [{ checkpointEvery: 9 }, '--checkpoint-every 9 keeps no checkpoint in 3 epochs'],
  ])('rejects %j', (changes, message) => {
    expect(() => change(changes)).toThrow(message);
  });
});

describe('overridden settings', () => {
  it('are dropped with the choice that gave them an effect', () => {
    const lower = { sched: 'cosine', minLr: 0.01, epochs: 3 } as const;
    expect(overrideSettings<TrainOptions>(lower, { sched: 'step' })).toEqual({
      settings: { sched: 'step', epochs: 3 },
      dropped: ['minLr'],
    });
    expect(overrideSettings<TrainOptions>({ minLr: 0.01 }, { sched: 'cosine' }).dropped).toEqual([]);
    // It never had an effect: reported as an error, not dropped.
    expect(overrideSettings<TrainOptions>({ minLr: 0.01 }, { epochs: 3 }).dropped).toEqual([]);
  });

  it('settings with an effect are selected', () => {
    expect(effectiveSettings({ sched: 'one-cycle', minLr: 0, peakAt: 0.3, other: 1 })).toEqual({
      sched: 'one-cycle',
      peakAt: 0.3,
      other: 1,
    });
  });
});
