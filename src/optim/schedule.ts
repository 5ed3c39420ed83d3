/** Learning rates as pure functions of the step, so that a resumed run repeats them. */
import { checkInteger, checkNumber } from '../check.ts';
import { UsageError } from '../errors.ts';

export const lrSchedules = ['one-cycle', 'cosine', 'step', 'constant'] as const;

export interface LrOptions {
  readonly sched: (typeof lrSchedules)[number];
  /** The maximum rate. */
  readonly lr: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  /** cosine, step, constant: linear rise from `warmupLr` over these epochs. */
  readonly warmupEpochs: number;
  readonly warmupLr: number;
  /** cosine: the final rate. */
  readonly minLr: number;
  /** one-cycle: fraction of all steps before the peak. */
  readonly peakAt: number;
  /** step: epochs at which `decayRate` multiplies the rate. */
  readonly decayMilestones: readonly number[];
  readonly decayRate: number;
}

/** one-cycle (Smith 2018) starts at lr/25 and ends at lr/250,000, PyTorch's defaults. */
const startDivisor = 25;
const endDivisor = 1e4;

const cosineBetween = (from: number, to: number, share: number): number =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));

function oneCycle({ lr, totalSteps, peakAt }: LrOptions, step: number): number {
  const start = lr / startDivisor;
  const up = peakAt * totalSteps - 1;
  if (step <= up) return cosineBetween(start, lr, up > 0 ? step / up : 1);
  const down = totalSteps - 1 - up;
  return cosineBetween(lr, start / endDivisor, down > 0 ? (step - up) / down : 1);
}

/** @throws UsageError for invalid options */
export function checkLrOptions(options: LrOptions): void {
  checkNumber('lr', options.lr, { above: 0 });
  checkInteger('total steps', options.totalSteps, { min: 1 });
  checkNumber('warmup-epochs', options.warmupEpochs, { min: 0 });
  checkNumber('warmup-lr', options.warmupLr, { min: 0 });
  checkNumber('min-lr', options.minLr, { min: 0, max: options.lr });
  checkNumber('peak-at', options.peakAt, { above: 0, below: 1 });
  checkNumber('decay-rate', options.decayRate, { above: 0, max: 1 });
  if (options.decayMilestones.some((epoch, i, all) => i > 0 && epoch <= (all[i - 1] ?? 0)))
    throw new UsageError(`decay-milestones must increase, got ${options.decayMilestones.join(', ')}`);
}

/** The learning rate of a step, counting from 0. */
export function learningRate(options: LrOptions, step: number): number {
  const { sched, lr, totalSteps, stepsPerEpoch, warmupEpochs, warmupLr } = options;
  if (sched === 'one-cycle') return oneCycle(options, step);
  const warmup = warmupEpochs * stepsPerEpoch;
  if (step < warmup) return warmupLr + ((lr - warmupLr) * (step + 1)) / warmup;
  if (sched === 'cosine')
    return cosineBetween(lr, options.minLr, Math.min((step - warmup) / Math.max(1, totalSteps - warmup), 1));
  if (sched === 'constant') return lr;
  const passed = options.decayMilestones.filter((epoch) => step >= epoch * stepsPerEpoch).length;
  return lr * options.decayRate ** passed;
}
