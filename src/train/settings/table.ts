/**
 * The settings of a training run, in one table: the values each takes, its default, its meaning, and the choice of another
 * setting that it belongs to. The flags of `train` and their help, `config.yaml`, the JSON Schema for editors and the start
 * page of the Studio are made from it. Keys are the flags in camelCase. It is light to import, also for browsers.
 */
import { checkObject, checkText } from '../../check.ts';
import {
  datasetNames,
  drawnDatasets,
  folderDatasets,
  sizedDatasets,
  trainableDatasets,
} from '../../data/names.ts';
import { lastTaus, schemes, tauStarts } from '../../mean-field/schedules/names.ts';
import { shortcutKinds } from '../../models/names.ts';
import { keyStyles } from '../../models/weight-names.ts';
import { lrSchedules } from '../../optim/schedule.ts';
import {
  choice,
  integer,
  type Kind,
  number,
  numbers,
  onOff,
  oneOfNumbers,
  path,
  text,
  textLike,
} from './kinds.ts';

/** The choice of another setting that gives a setting its effect. */
export interface Condition {
  /** Holds if this setting is one of `oneOf`, or is greater than `above`; without either, if it is given at all. */
  readonly setting: string;
  readonly oneOf?: readonly string[];
  readonly above?: number;
}

export const settingGroups = ['data', 'model', 'scheme', 'optimiser', 'images', 'machine', 'run'] as const;
export type SettingGroup = (typeof settingGroups)[number];

export interface Setting<T> {
  readonly kind: Kind<T>;
  readonly group: SettingGroup;
  /** The meaning of the flag; for a setting that is on by default, the meaning of `--no-flag`. */
  readonly help: string;
  readonly short?: string;
  /** Most users meet it first: forms show it before the others. */
  readonly basic?: true;
  /** Values that forms and editors propose. */
  readonly examples?: readonly T[];
  readonly belongsTo?: Condition;
  /** Its value when it has no effect, which may be given then; by default its default. */
  readonly whenIdle?: T;
  /** The default in words, where it is not a value. */
  readonly usually?: string;
}

interface WithDefault<T> extends Setting<T> {
  readonly default: T;
}

// The type of a setting comes from its kind alone.
const usual = <T>(setting: WithDefault<NoInfer<T>> & { readonly kind: Kind<T> }): WithDefault<T> => setting;
const optional = <T>(setting: Setting<T>): Setting<T> => setting;

const optimisers = ['sgd', 'adam'] as const;
const dtypes = ['f32', 'f64'] as const;
const moving = schemes.filter((scheme) => scheme !== 'vanilla');
const stored = datasetNames.filter((name) => !drawnDatasets.includes(name));
const warmingUp = lrSchedules.filter((sched) => sched !== 'one-cycle');

export const settings = {
  dataset: usual<string>({
    basic: true,
    // Errors of npy, which has test images alone, say what to do: help and forms offer the others.
    kind: { ...choice(datasetNames), schema: { enum: trainableDatasets } },
    default: 'fashion-mnist',
    group: 'data',
    help: trainableDatasets.join(', '),
  }),
  dataDir: optional({
    basic: true,
    kind: path('<dir>'),
    group: 'data',
    help: 'where the data set is (`meanfield data list`)',
    belongsTo: { setting: 'dataset', oneOf: stored },
  }),
  imageSize: optional({
    kind: integer({ min: 1 }, '<pixels>'),
    group: 'data',
    help: `${sizedDatasets.join(', ')}: side that images are scaled to`,
    belongsTo: { setting: 'dataset', oneOf: sizedDatasets },
  }),
  channels: optional({
    kind: oneOfNumbers([1, 3] as const),
    group: 'data',
    help: `${sizedDatasets.join(', ')}: 1 (grey) or 3 (colour)`,
    usually: 'image-folder: grey if all images are; synthetic-images: 1',
    belongsTo: { setting: 'dataset', oneOf: sizedDatasets },
  }),
  allowEmptyClasses: usual({
    kind: onOff,
    default: false,
    group: 'data',
    help: `${folderDatasets.join(', ')}: a class folder may have no images`,
    belongsTo: { setting: 'dataset', oneOf: folderDatasets },
  }),
  limitTrainBatches: optional({
    basic: true,
    kind: integer({ min: 1 }),
    group: 'data',
    help: 'use only the first batches of each epoch',
  }),
  limitEvalBatches: optional({
    kind: integer({ min: 1 }),
    group: 'data',
    help: 'evaluate on the first batches of 500 only',
  }),
  valSplit: usual({
    kind: integer({ min: 0 }, '<images>'),
    default: 0,
    group: 'data',
    help: 'training images held out, the same for every seed: epochs are evaluated on them (as on the `val` folder of an image-folder), the test set after the last only',
    usually: '0: epochs are evaluated on the test set',
  }),
  valInterval: usual({
    kind: integer({ min: 0 }, '<epochs>'),
    default: 1,
    group: 'data',
    help: 'epochs between evaluations; 0: after the last epoch only',
  }),

  model: usual<string>({
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
    help: 'channels of the stem, which scale the whole net but the groups of a resnext',
    usually: '16; resnext 64',
  }),
  shortcut: optional({
    kind: choice(shortcutKinds, '<kind>'),
    group: 'model',
    help: 'where width or resolution change: option-a subsamples and pads, option-b is a 1 x 1 convolution',
    usually: 'option-a for basic blocks, option-b for bottlenecks',
  }),
  initialCheckpoint: optional({
    kind: path('<file>'),
    group: 'model',
    help: 'start from the weights of a file: a state dictionary of torch.save (.pth, .th, ..) or safetensors',
  }),
  keyStyle: optional({
    kind: choice(keyStyles, '<style>'),
    group: 'model',
    help: `names in that file: ${keyStyles.join(', ')}`,
    usually: 'detected',
    belongsTo: { setting: 'initialCheckpoint' },
  }),
  stateDict: optional({
    kind: text('<key>'),
    group: 'model',
    help: 'which weights of that file, if it has several: state_dict_ema, ..',
    usually: 'those of the net, not its averages',
    belongsTo: { setting: 'initialCheckpoint' },
  }),

  scheme: usual({
    basic: true,
    kind: choice(schemes),
    default: 'mean-field',
    group: 'scheme',
    help: schemes.join(', '),
  }),
  reorder: usual({
    basic: true,
    kind: onOff,
    default: true,
    group: 'scheme',
    help: 'mean-field with its order frozen: the control for reordering',
    belongsTo: { setting: 'scheme', oneOf: ['mean-field'] },
  }),
  tauStart: usual({
    kind: choice(tauStarts, '<law>'),
    default: 'unit',
    group: 'scheme',
    help: 'unit: step sizes start at 1; uniform: at 1/n',
    belongsTo: { setting: 'scheme', oneOf: moving },
  }),
  lastTau: usual({
    kind: choice(lastTaus, '<how>'),
    default: 'free',
    group: 'scheme',
    help: 'free, or pinned: the end of depth stays',
    belongsTo: { setting: 'scheme', oneOf: ['mean-field', 'intervals'] },
  }),
  tauLrFactor: usual({
    basic: true,
    kind: number({ min: 0 }),
    default: 0.1,
    group: 'scheme',
    help: 'learning rate of tau over that of the weights; 0 freezes tau',
    belongsTo: { setting: 'scheme', oneOf: moving },
  }),

  epochs: usual({
    basic: true,
    kind: integer({ min: 1 }),
    default: 15,
    group: 'optimiser',
    help: 'passes over the data',
  }),
  batchSize: usual({
    basic: true,
    kind: integer({ min: 1 }),
    default: 128,
    group: 'optimiser',
    short: 'b',
    help: 'images a step',
  }),
  opt: usual({ kind: choice(optimisers), default: 'sgd', group: 'optimiser', help: 'sgd or adam' }),
  lr: usual({
    basic: true,
    kind: number({ above: 0 }),
    default: 0.2,
    group: 'optimiser',
    help: 'peak learning rate',
  }),
  momentum: usual({
    kind: number({ min: 0, below: 1 }),
    default: 0.9,
    group: 'optimiser',
    help: 'sgd: momentum',
    belongsTo: { setting: 'opt', oneOf: ['sgd'] },
  }),
  nesterov: usual({
    kind: onOff,
    default: true,
    whenIdle: false,
    group: 'optimiser',
    help: 'sgd: plain momentum',
    belongsTo: { setting: 'momentum', above: 0 },
  }),
  weightDecay: usual({
    kind: number({ min: 0 }),
    default: 5e-4,
    group: 'optimiser',
    help: 'on weights of rank > 1',
  }),
  decayNorm: usual({
    kind: onOff,
    default: false,
    group: 'optimiser',
    help: 'weight decay on batch norm and biases too; never on tau',
    belongsTo: { setting: 'weightDecay', above: 0 },
  }),
  sched: usual({
    kind: choice(lrSchedules),
    default: 'one-cycle',
    group: 'optimiser',
    help: lrSchedules.join(', '),
  }),
  peakAt: usual({
    kind: number({ above: 0, below: 1 }, '<share>'),
    default: 0.2,
    group: 'optimiser',
    help: 'one-cycle: share of steps until the peak',
    belongsTo: { setting: 'sched', oneOf: ['one-cycle'] },
  }),
  warmupEpochs: usual({
    kind: number({ min: 0 }, '<n>'),
    default: 0,
    group: 'optimiser',
    help: `${warmingUp.join(', ')}: linear warm-up`,
    belongsTo: { setting: 'sched', oneOf: warmingUp },
  }),
  warmupLr: usual({
    kind: number({ min: 0 }),
    default: 0,
    group: 'optimiser',
    help: 'where the warm-up starts',
    belongsTo: { setting: 'warmupEpochs', above: 0 },
  }),
  minLr: usual({
    kind: number({ min: 0 }),
    default: 0,
    group: 'optimiser',
    help: 'cosine: where it ends',
    belongsTo: { setting: 'sched', oneOf: ['cosine'] },
  }),
  decayMilestones: usual({
    kind: numbers({ above: 0 }, '<epochs>'),
    default: [80, 120],
    group: 'optimiser',
    help: 'step: epochs, with commas',
    belongsTo: { setting: 'sched', oneOf: ['step'] },
  }),
  decayRate: usual({
    kind: number({ above: 0, max: 1 }),
    default: 0.1,
    group: 'optimiser',
    help: 'step: factor at each milestone',
    belongsTo: { setting: 'sched', oneOf: ['step'] },
  }),
  smoothing: usual({
    kind: number({ min: 0, below: 1 }, '<s>'),
    default: 0,
    group: 'optimiser',
    help: 'label smoothing',
  }),
  clipGrad: optional({
    kind: number({ above: 0 }, '<norm>'),
    group: 'optimiser',
    help: 'largest norm of the whole gradient',
    usually: 'not clipped',
  }),

  mean: optional({
    kind: numbers({}),
    group: 'images',
    help: 'of each channel, for pixels in 0..1, with commas',
    usually: 'of the training images',
  }),
  std: optional({
    kind: numbers({ above: 0 }),
    group: 'images',
    help: 'of each channel, for pixels in 0..1, with commas',
    usually: 'of the training images',
  }),
  pad: usual({
    kind: integer({ min: 0 }, '<pixels>'),
    default: 4,
    group: 'images',
    help: 'zero padding before a random crop of the original size',
  }),
  flip: usual({ kind: onOff, default: true, group: 'images', help: 'no horizontal flips' }),
  cutout: usual({
    kind: integer({ min: 0 }, '<pixels>'),
    default: 0,
    group: 'images',
    help: 'side of the square that is cut out; 0: none',
  }),

  amp: usual({
    basic: true,
    kind: onOff,
    default: false,
    group: 'machine',
    help: 'bf16 autocast, where the CPU has bf16',
  }),
  seed: usual({
    basic: true,
    kind: integer({ min: 0 }),
    default: 42,
    group: 'run',
    help: 'initial weights, order of data, augmentation',
  }),
  threads: optional({
    basic: true,
    kind: integer({ min: 1 }),
    group: 'machine',
    help: 'CPU threads',
    usually: 'all cores that no other run of this machine holds',
  }),
  device: usual<string>({
    kind: textLike(/^(cpu|cuda(:\d+)?)$/, 'cpu, cuda or cuda:N'),
    default: 'cpu',
    group: 'machine',
    help: 'cpu, cuda, cuda:N',
  }),
  dtype: usual({ kind: choice(dtypes), default: 'f32', group: 'machine', help: 'f32 or f64' }),

  recoveryInterval: usual({
    kind: integer({ min: 0 }, '<steps>'),
    default: 200,
    group: 'run',
    help: 'steps between saves of the checkpoint `last` within an epoch; 0: at the end of epochs only',
  }),
  checkpointEvery: usual({
    kind: integer({ min: 0 }, '<epochs>'),
    default: 0,
    group: 'run',
    help: 'keep a checkpoint every so many epochs',
    usually: '0: last and best only',
  }),
} as const;

type Table = typeof settings;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
export type SettingName = keyof Table;
type Defaulted = {
  [K in SettingName]: Table[K] extends { readonly default: unknown } ? K : never;
}[SettingName];

/** A configuration with every default in place; the model gives the width. */
export type TrainConfig = { readonly [K in Defaulted | 'width']: ValueOf<Table[K]> } & {
  readonly [K in Exclude<SettingName, Defaulted | 'width'>]?: ValueOf<Table[K]> | undefined;
};

export const configKeys = Object.keys(settings) as SettingName[];

/** The row of a setting. */
export const settingOf = (key: SettingName): Setting<unknown> & { readonly default?: unknown } =>
  settings[key];

/** tauLrFactor -> tau-lr-factor */
export function flagOf(key: string): string {
  checkText('key', key);
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** @throws UsageError unless it is a whole configuration */
export function checkConfig(config: TrainConfig): void {
  const what = 'a configuration, as resolveConfig makes it,';
  checkObject(what, 'config', config, 'dataset', 'model', 'device', 'dtype', 'scheme');
}

/** tau-lr-factor -> tauLrFactor */
export function keyOf(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export const isSetting = (key: string): key is SettingName => Object.hasOwn(settings, key);

/** A setting that is on by default has the flag `--no-..`. */
export const isNegated = (key: SettingName): boolean => settingOf(key).default === true;

/** The flag without its dashes: `tau-lr-factor`, `no-flip`. */
export const flagName = (key: SettingName): string => `${isNegated(key) ? 'no-' : ''}${flagOf(key)}`;

/** The default as help shows it; undefined for a switch. */
export function defaultText(key: SettingName): string | undefined {
  const { usually, default: usual } = settingOf(key);
  if (usually !== undefined) return usually;
  if (Array.isArray(usual)) return usual.join(',');
  return typeof usual === 'string' || typeof usual === 'number' ? String(usual) : undefined;
}
