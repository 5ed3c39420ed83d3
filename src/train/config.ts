/** The configuration of a training run: one schema gives types, defaults, messages and the saved file. */
import { z } from 'zod';
import { nearest } from '../check.ts';
import { UsageError } from '../errors.ts';
import { lastTaus, schemes, tauStarts } from '../mean-field/index.ts';
import { keyStyles, modelShortcuts, publishedWidth, shortcutKinds } from '../models/index.ts';
import { lrSchedules } from '../optim/index.ts';

const positive = z.number().positive();
const natural = z.int().positive();
const count = z.int().nonnegative();

/** Keys are the command line's flags in camelCase; `config.yaml` has them as the flags are written. */
const shape = {
  dataset: z.string().default('fashion-mnist'),
  dataDir: z.string().optional(),
  /** image-folder only: side in pixels that images are scaled to. */
  imageSize: natural.optional(),
  model: z.string().default('resnet20'),
  /** Channels of the stem; absent: as published, 16 or 64. */
  width: natural.optional(),
  /** How X passes the branch where resolution or width change; absent: as published. */
  shortcut: z.enum(shortcutKinds).optional(),
  /** Weights to start from: a file of torch.save or of safetensors. */
  initialCheckpoint: z.string().optional(),
  /** How that file names its tensors; absent: found out. */
  keyStyle: z.enum(keyStyles).optional(),

  scheme: z.enum(schemes).default('mean-field'),
  reorder: z.boolean().default(true),
  tauStart: z.enum(tauStarts).default('unit'),
  lastTau: z.enum(lastTaus).default('free'),
  /** Multiplies the learning rate of the depth coordinates. */
  tauLrFactor: z.number().nonnegative().default(0.1),

  epochs: natural.default(15),
  batchSize: natural.default(128),
  opt: z.enum(['sgd', 'adam']).default('sgd'),
  momentum: z.number().min(0).lt(1).default(0.9),
  nesterov: z.boolean().default(true),
  weightDecay: z.number().nonnegative().default(5e-4),
  /** Weight decay acts on batch norm and biases too; never on tau. */
  decayNorm: z.boolean().default(false),
  lr: positive.default(0.2),
  sched: z.enum(lrSchedules).default('one-cycle'),
  /** one-cycle: share of all steps at which the rate peaks. */
  peakAt: z.number().gt(0).lt(1).default(0.2),
  warmupEpochs: z.number().nonnegative().default(0),
  warmupLr: z.number().nonnegative().default(0),
  minLr: z.number().nonnegative().default(0),
  decayMilestones: z.array(positive).default([80, 120]),
  decayRate: z.number().gt(0).max(1).default(0.1),
  smoothing: z.number().min(0).lt(1).default(0),
  /** Largest norm of the whole gradient; absent: not clipped. */
  clipGrad: positive.optional(),

  /** Of each channel, for pixels in 0..1; absent: those of the training images. */
  mean: z.array(z.number()).optional(),
  std: z.array(positive).optional(),
  /** Pixels of zero padding before a random crop of the original size. */
  pad: count.default(4),
  flip: z.boolean().default(true),
  /** Side of the square that is cut out; 0: none. */
  cutout: count.default(0),

  amp: z.boolean().default(false),
  seed: count.default(42),
  /** CPU threads; absent: all cores that no other run of this machine holds. */
  threads: natural.optional(),
  device: z
    .string()
    .regex(/^(cpu|cuda(:\d+)?)$/, 'must be cpu, cuda or cuda:N')
    .default('cpu'),
  dtype: z.enum(['f32', 'f64']).default('f32'),
  limitTrainBatches: natural.optional(),
  limitEvalBatches: natural.optional(),
  /** Training images held out, the same for every seed; each epoch is evaluated on them, the test set after the last only. */
  valSplit: count.default(0),
  /** Epochs between evaluations; 0: after the last epoch only. */
  valInterval: count.default(1),

  /** Steps between saves of the checkpoint `last` within an epoch; 0: at the end of epochs only. */
  recoveryInterval: count.default(200),
  /** Epochs between checkpoints `epoch-NNN` that are kept; 0: none. */
  checkpointEvery: count.default(0),
} as const;

export const configSchema = z.strictObject(shape);
export type TrainConfig = z.infer<typeof configSchema> & { readonly width: number };
/** Any part of a configuration; the rest are defaults. */
export type TrainOptions = { readonly [K in keyof TrainConfig]?: TrainConfig[K] | undefined };

export const configKeys = Object.keys(shape) as (keyof TrainConfig)[];

/** tauLrFactor -> tau-lr-factor */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function keyOf(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function explain(error: z.ZodError, where: string): UsageError {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const near = nearest(key, configKeys);
    return new UsageError(
      `${where}: unknown setting ${flagOf(key)}${near ? `: did you mean ${flagOf(near)}?` : ''}`,
    );
  }
  const flag = flagOf(issue?.path.map(String).join('.') ?? '');
  return new UsageError(`${where}: ${flag}: ${issue?.message ?? 'not valid'}`);
}

/**
 * The configuration with every default in place.
 *
 * @param where - named in errors: `command line`, a file
 * @throws UsageError that names the setting, or the model that there is not
 */
export function resolveConfig(options: TrainOptions, where = 'configuration'): TrainConfig {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) throw explain(parsed.error, where);
  const config = { ...parsed.data, width: parsed.data.width ?? publishedWidth(parsed.data.model) };
  const shortcuts = modelShortcuts(config.model);
  if (config.shortcut !== undefined && !shortcuts.includes(config.shortcut))
    throw new UsageError(
      `${where}: --shortcut ${config.shortcut} belongs to nets of basic blocks; ${config.model} has ${shortcuts.join(', ')}`,
    );
  if (!config.reorder && config.scheme !== 'mean-field')
    throw new UsageError(`${where}: --no-reorder belongs to --scheme mean-field, not ${config.scheme}`);
  if (config.nesterov && config.momentum === 0)
    throw new UsageError(`${where}: --nesterov needs a momentum above 0 (use --no-nesterov)`);
  if (config.keyStyle !== undefined && config.initialCheckpoint === undefined)
    throw new UsageError(`${where}: --key-style belongs to --initial-checkpoint`);
  return config;
}

/** A configuration as it is written to `config.yaml`: keys as flags. */
export function configToRecord(config: TrainConfig): Record<string, unknown> {
  return Object.fromEntries(
    configKeys.filter((key) => config[key] !== undefined).map((key) => [flagOf(key), config[key]]),
  );
}

/** The reverse; unknown keys are left to {@link resolveConfig} to refuse. */
export function configFromRecord(record: Readonly<Record<string, unknown>>): TrainOptions {
  return Object.fromEntries(Object.entries(record).map(([flag, value]) => [keyOf(flag), value]));
}
