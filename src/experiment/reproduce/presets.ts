/** How the rows of the table are trained. */
import type { TrainOptions } from '../../train/index.ts';
import type { TableRow } from './talk-table.ts';

export const presetNames = ['talk', 'fast', 'smoke'] as const;
export type PresetName = (typeof presetNames)[number];

export interface Preset {
  readonly description: string;
  /** Defaults of the command line. */
  readonly rows: readonly string[];
  readonly schemes: readonly string[];
  readonly seeds: readonly number[];
  /** bf16 if the CPU supports it. */
  readonly amp: boolean;
  /** Rate of tau relative to that of the weights. */
  readonly tauLrFactor: number;
  /** In place of the row's own data set. */
  readonly dataset?: string;
  readonly settings: (row: TableRow) => TrainOptions;
}

const main = ['vanilla', 'mean-field', 'mean-field-no-reorder'];

/** The test set is evaluated once, after the last epoch. */
const lastEpochOnly = {
  valInterval: 0,
  pad: 4,
  flip: true,
  batchSize: 128,
  opt: 'sgd',
  momentum: 0.9,
} as const;

export const presets: Readonly<Record<PresetName, Preset>> = {
  talk: {
    description:
      '160 epochs (CIFAR-100: 300), SGD with momentum 0.9, rate 0.1 divided by 10 at a half and three quarters, batch 128, weight decay 1e-4 on every weight, batch norm and biases included (ResNeXt: 5e-4), pad-crop and flip; tau at the rate of the weights',
    rows: [
      'resnet20',
      'resnet32',
      'resnet44',
      'resnet56',
      'resnet110',
      'resnet164',
      'resnext29-8x64d',
      'resnext29-16x64d',
    ],
    schemes: main,
    seeds: [1, 2, 3, 4, 5],
    amp: false,
    tauLrFactor: 1,
    settings: ({ model, dataset }) => ({
      ...lastEpochOnly,
      nesterov: false,
      lr: 0.1,
      sched: 'step',
      decayRate: 0.1,
      weightDecay: model.startsWith('resnext') ? 5e-4 : 1e-4,
      decayNorm: true,
      ...(dataset === 'cifar100'
        ? { epochs: 300, decayMilestones: [150, 225] }
        : { epochs: 160, decayMilestones: [80, 120] }),
    }),
  },
  fast: {
    description:
      '15 epochs, one-cycle to 0.2 at a fifth, SGD with Nesterov momentum 0.9, batch 128, weight decay 5e-4, pad-crop and flip, bf16 where the CPU has it; tau at the rate of the weights',
    rows: ['resnet20', 'resnet32', 'resnet56'],
    schemes: main,
    seeds: [1, 2, 3],
    amp: true,
    tauLrFactor: 1,
    settings: () => ({
      ...lastEpochOnly,
      nesterov: true,
      epochs: 15,
      lr: 0.2,
      sched: 'one-cycle',
      peakAt: 0.2,
      weightDecay: 5e-4,
    }),
  },
  smoke: {
    description: 'synthetic images, narrow nets, 2 epochs of 32 steps: the whole pipeline in seconds',
    rows: ['resnet20'],
    schemes: main,
    seeds: [1, 2],
    amp: false,
    // So that blocks change their order within so few steps.
    tauLrFactor: 10,
    dataset: 'synthetic-images',
    settings: () => ({
      ...lastEpochOnly,
      nesterov: true,
      width: 4,
      batchSize: 32,
      epochs: 2,
      limitTrainBatches: 32,
      lr: 0.05,
    }),
  },
};
