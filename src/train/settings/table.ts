/**
 * The table of training settings: the values of each, its default, its meaning, and the choice of another setting
 * that it belongs to. The flags of `train` and their help, `config.yaml`, the JSON Schema for editors and the
 * Studio's start page are generated from it. Keys are the flags in camelCase. Browsers import this file too: keep it
 * light.
 */
import { checkObject } from '../../check.ts';
import {
  datasetNames,
  generatedDatasets,
  folderDatasets,
  resizableDatasets,
  trainableDatasets,
} from '../../data/names.ts';
import { lastTaus, schemes, schemesWith, tauStarts } from '../../mean-field/schedules/names.ts';
import { shortcutKinds } from '../../models/names.ts';
import { keyStyles } from '../../models/weight-names.ts';
import { lrSchedules } from '../../optim/schedule.ts';
import { choice, integer, number, numbers, onOff, oneOfNumbers, path, text, textLike } from './kinds.ts';
import { defaulted, optional, type Setting } from './setting.ts';

const optimisers = ['sgd', 'adam'] as const;
const dtypes = ['f32', 'f64'] as const;
const moving = schemesWith();
const stored = datasetNames.filter((name) => !generatedDatasets.includes(name));
const warmingUp = lrSchedules.filter((sched) => sched !== 'one-cycle');

export const settings = {
  dataset: defaulted<string>({
    basic: true,
    // npy has test images only: errors explain that, help and forms omit it.
    kind: { ...choice(datasetNames), schema: { enum: trainableDatasets } },
    default: 'fashion-mnist',
    group: 'data',
    help: trainableDatasets.join(', '),
  }),
  dataDir: optional({
    basic: true,
    kind: path('<dir>'),
    group: 'data',
    help: 'folder of the data set (see `meanfield data list`)',
    belongsTo: { setting: 'dataset', oneOf: stored },
  }),
  imageSize: optional({
    kind: integer({ min: 1 }, '<pixels>'),
    group: 'data',
    help: `${resizableDatasets.join(', ')}: side length to which images are resized`,
    belongsTo: { setting: 'dataset', oneOf: resizableDatasets },
  }),
  channels: optional({
    kind: oneOfNumbers([1, 3] as const),
    group: 'data',
    help: `${resizableDatasets.join(', ')}: 1 (grey) or 3 (colour)`,
    defaultLabel: 'image-folder: grey if all images are; synthetic-images: 1',
    belongsTo: { setting: 'dataset', oneOf: resizableDatasets },
  }),
  allowEmptyClasses: defaulted({
    kind: onOff,
    default: false,
    group: 'data',
    help: `${folderDatasets.join(', ')}: allow class folders without images`,
    belongsTo: { setting: 'dataset', oneOf: folderDatasets },
  }),
  limitTrainBatches: optional({
    basic: true,
    kind: integer({ min: 1 }),
    group: 'data',
    help: 'max batches per epoch: the first ones',
  }),
  limitEvalBatches: optional({
    kind: integer({ min: 1 }),
    group: 'data',
    help: 'max batches of 500 images per evaluation: the first ones',
  }),
  valSplit: defaulted({
    kind: integer({ min: 0 }, '<images>'),
    default: 0,
    group: 'data',
    help: 'number of held-out training images, the same for every seed: epochs are evaluated on them (or on the `val` folder of an image-folder), and the test set only after the last',
    defaultLabel: '0: epochs are evaluated on the test set',
  }),
  valInterval: defaulted({
    kind: integer({ min: 0 }, '<epochs>'),
    default: 1,
    group: 'data',
    help: 'epochs between evaluations; 0: only after the last epoch',
  }),

  model: defaulted<string>({
    basic: true,
    kind: text(),
    default: 'resnet20',
    group: 'model',
    short: 'a',
    examples: [
      'resnet20',
      'resnet56',
      'resnet110',
      'preresnet20',
      'preresnet164',
      'resnet29-bottleneck',
      'resnext29-8x64d',
    ],
    help: 'resnetD, preresnetD (D = 6n+2, and preresnet164), either with -bottleneck (D = 9n+2), resnext29-8x64d, resnext29-16x64d, resnextD-CxWd',
  }),
  width: optional({
    basic: true,
    kind: integer({ min: 1 }, '<channels>'),
    group: 'model',
    help: 'channels of the stem; scales the whole net, except the groups of a resnext',
    defaultLabel: '16; resnext 64',
  }),
  shortcut: optional({
    kind: choice(shortcutKinds, '<kind>'),
    group: 'model',
    help: 'where width or resolution change: option-a subsamples and pads, option-b is a 1 x 1 convolution',
    defaultLabel: 'option-a for basic blocks, option-b for bottlenecks',
  }),
  block: optional({
    kind: path('<file>'),
    group: 'model',
    help: 'own residual block in place of the exchangeable blocks: a .mjs or .js file, or .ts from Node 22.18 on, that exports init and forward',
    defaultLabel: 'that of the model',
  }),
  initialCheckpoint: optional({
    kind: path('<file>'),
    group: 'model',
    help: 'weight file to start from: a PyTorch state dict (.pth, .th, ..) or safetensors',
  }),
  keyStyle: optional({
    kind: choice(keyStyles, '<style>'),
    group: 'model',
    help: `parameter names in that file: ${keyStyles.join(', ')}`,
    defaultLabel: 'detected',
    belongsTo: { setting: 'initialCheckpoint' },
  }),
  stateDict: optional({
    kind: text('<key>'),
    group: 'model',
    help: 'weights to use if that file has several sets, such as state_dict_ema',
    defaultLabel: 'those of the net, not their averages',
    belongsTo: { setting: 'initialCheckpoint' },
  }),

  scheme: defaulted({
    basic: true,
    kind: choice(schemes),
    default: 'mean-field',
    group: 'scheme',
    help: schemes.join(', '),
  }),
  reorder: defaulted({
    basic: true,
    kind: onOff,
    default: true,
    group: 'scheme',
    help: 'keep the order of the blocks: the control for reordering',
    belongsTo: { setting: 'scheme', oneOf: ['mean-field'] },
  }),
  tauStart: defaulted({
    kind: choice(tauStarts, '<law>'),
    default: 'unit',
    group: 'scheme',
    help: 'unit: step sizes start at 1; uniform: at 1/n',
    belongsTo: { setting: 'scheme', oneOf: moving },
  }),
  lastTau: defaulted({
    kind: choice(lastTaus, '<how>'),
    default: 'free',
    group: 'scheme',
    help: 'free, or pinned: the end of depth is fixed',
    belongsTo: { setting: 'scheme', oneOf: schemesWith('tau') },
  }),
  tauLrFactor: defaulted({
    basic: true,
    kind: number({ min: 0 }),
    default: 1,
    group: 'scheme',
    help: 'learning rate of tau relative to that of the weights; 0 freezes tau',
    belongsTo: { setting: 'scheme', oneOf: moving },
  }),

  epochs: defaulted({
    basic: true,
    kind: integer({ min: 1 }),
    default: 15,
    group: 'optimiser',
    help: 'passes over the data',
  }),
  batchSize: defaulted({
    basic: true,
    kind: integer({ min: 1 }),
    default: 128,
    group: 'optimiser',
    short: 'b',
    help: 'images per batch',
  }),
  accumulate: optional({
    kind: integer({ min: 1 }, '<batches>'),
    group: 'optimiser',
    help: 'batches per step: the step takes the mean gradient over their images',
    defaultLabel: '1',
  }),
  opt: defaulted({ kind: choice(optimisers), default: 'sgd', group: 'optimiser', help: 'sgd or adam' }),
  lr: defaulted({
    basic: true,
    kind: number({ above: 0 }),
    default: 0.2,
    group: 'optimiser',
    help: 'peak learning rate',
  }),
  momentum: defaulted({
    kind: number({ min: 0, below: 1 }),
    default: 0.9,
    group: 'optimiser',
    help: 'sgd: momentum',
    belongsTo: { setting: 'opt', oneOf: ['sgd'] },
  }),
  nesterov: defaulted({
    kind: onOff,
    default: true,
    whenIdle: false,
    group: 'optimiser',
    help: 'sgd: plain momentum instead of Nesterov',
    belongsTo: { setting: 'momentum', above: 0 },
  }),
  weightDecay: defaulted({
    kind: number({ min: 0 }),
    default: 5e-4,
    group: 'optimiser',
    help: 'weight decay of weights of rank > 1',
  }),
  decayNorm: defaulted({
    kind: onOff,
    default: false,
    group: 'optimiser',
    help: 'decay batch norm and biases too; tau never decays',
    belongsTo: { setting: 'weightDecay', above: 0 },
  }),
  sched: defaulted({
    kind: choice(lrSchedules),
    default: 'one-cycle',
    group: 'optimiser',
    help: lrSchedules.join(', '),
  }),
  peakAt: defaulted({
    kind: number({ above: 0, below: 1 }, '<share>'),
    default: 0.2,
    group: 'optimiser',
    help: 'one-cycle: fraction of steps before the peak',
    belongsTo: { setting: 'sched', oneOf: ['one-cycle'] },
  }),
  warmupEpochs: defaulted({
    kind: number({ min: 0 }, '<n>'),
    default: 0,
    group: 'optimiser',
    help: `${warmingUp.join(', ')}: epochs of linear warm-up`,
    belongsTo: { setting: 'sched', oneOf: warmingUp },
  }),
  warmupLr: defaulted({
    kind: number({ min: 0 }),
    default: 0,
    group: 'optimiser',
    help: 'learning rate at the start of the warm-up',
    belongsTo: { setting: 'warmupEpochs', above: 0 },
  }),
  minLr: defaulted({
    kind: number({ min: 0 }),
    default: 0,
    group: 'optimiser',
    help: 'cosine: final learning rate',
    belongsTo: { setting: 'sched', oneOf: ['cosine'] },
  }),
  decayMilestones: defaulted({
    kind: numbers({ above: 0 }, '<epochs>'),
    default: [80, 120],
    group: 'optimiser',
    help: 'step: epochs of the decay, separated by commas',
    belongsTo: { setting: 'sched', oneOf: ['step'] },
  }),
  decayRate: defaulted({
    kind: number({ above: 0, max: 1 }),
    default: 0.1,
    group: 'optimiser',
    help: 'step: factor at each milestone',
    belongsTo: { setting: 'sched', oneOf: ['step'] },
  }),
  smoothing: defaulted({
    kind: number({ min: 0, below: 1 }, '<s>'),
    default: 0,
    group: 'optimiser',
    help: 'label smoothing',
  }),
  ema: optional({
    kind: number({ above: 0, below: 1 }, '<decay>'),
    group: 'optimiser',
    help: 'also keep a moving average of the weights and tau, such as 0.999, evaluated beside them',
    defaultLabel: 'none',
  }),
  patience: optional({
    kind: integer({ min: 1 }, '<n>'),
    group: 'optimiser',
    help: 'stop after n evaluations in a row without a lower error on the validation images (without them: the test images)',
    defaultLabel: 'all epochs',
    belongsTo: { setting: 'valInterval', above: 0 },
  }),
  minDelta: defaulted({
    kind: number({ min: 0 }, '<points>'),
    default: 0,
    group: 'optimiser',
    help: 'patience: percentage points by which the error must be lower',
    belongsTo: { setting: 'patience' },
  }),
  clipGrad: optional({
    kind: number({ above: 0 }, '<norm>'),
    group: 'optimiser',
    help: 'max norm of the whole gradient',
    defaultLabel: 'not clipped',
  }),

  mean: optional({
    kind: numbers({}),
    group: 'images',
    help: 'of each channel, for pixels in 0..1, with commas',
    defaultLabel: 'of the training images',
  }),
  std: optional({
    kind: numbers({ above: 0 }),
    group: 'images',
    help: 'of each channel, for pixels in 0..1, with commas',
    defaultLabel: 'of the training images',
  }),
  pad: defaulted({
    kind: integer({ min: 0 }, '<pixels>'),
    default: 4,
    group: 'images',
    help: 'zero padding before the random crop of the original size',
  }),
  flip: defaulted({ kind: onOff, default: true, group: 'images', help: 'no horizontal flips' }),
  cutout: defaulted({
    kind: integer({ min: 0 }, '<pixels>'),
    default: 0,
    group: 'images',
    help: 'side of the square that is cut out; 0: none',
  }),

  amp: defaulted({
    basic: true,
    kind: onOff,
    default: false,
    group: 'machine',
    help: 'bf16 autocast, if the CPU has bf16',
  }),
  seed: defaulted({
    basic: true,
    kind: integer({ min: 0 }),
    default: 42,
    group: 'run',
    help: 'random seed of initial weights, data order and augmentation',
  }),
  threads: optional({
    basic: true,
    kind: integer({ min: 1 }),
    group: 'machine',
    help: 'CPU threads',
    defaultLabel: 'OMP_NUM_THREADS, or all free cores',
  }),
  device: defaulted<string>({
    kind: textLike(/^(cpu|cuda(:\d+)?)$/, 'cpu, cuda or cuda:N'),
    default: 'cpu',
    group: 'machine',
    help: 'cpu, cuda, cuda:N',
  }),
  dtype: defaulted({ kind: choice(dtypes), default: 'f32', group: 'machine', help: 'f32 or f64' }),

  recoveryInterval: defaulted({
    kind: integer({ min: 0 }, '<steps>'),
    default: 200,
    group: 'run',
    help: 'steps between saves of the checkpoint `last` within an epoch; 0: only at the end of epochs',
  }),
  checkpointEvery: defaulted({
    kind: integer({ min: 0 }, '<epochs>'),
    default: 0,
    group: 'run',
    help: 'epochs between checkpoints that are kept',
    defaultLabel: '0: only last and best',
  }),
} as const;

type Table = typeof settings;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
export type SettingName = keyof Table;
type Defaulted = {
  [K in SettingName]: Table[K] extends { readonly default: unknown } ? K : never;
}[SettingName];

/** A configuration with every default filled in; the model provides the width. */
export type TrainConfig = { readonly [K in Defaulted | 'width']: ValueOf<Table[K]> } & {
  readonly [K in Exclude<SettingName, Defaulted | 'width'>]?: ValueOf<Table[K]> | undefined;
};

export const configKeys = Object.keys(settings) as SettingName[];

/** The row of a setting. */
export const settingOf = (key: SettingName): Setting<unknown> & { readonly default?: unknown } =>
  settings[key];

/** @throws UsageError unless it is a complete configuration */
export function checkConfig(config: TrainConfig): void {
  const what = 'a configuration, as resolveConfig makes it,';
  checkObject(what, 'config', config, 'dataset', 'model', 'device', 'dtype', 'scheme');
}

export const isSetting = (key: string): key is SettingName => Object.hasOwn(settings, key);
