/** The results of a grid of runs, as JSON: `results.json`. Shared with the browser. */
import type { Mean, PairedGain } from '../stats/index.ts';
import type { EvaluationSet } from './types.ts';

export interface StageChanges {
  readonly stage: string;
  /** Steps after which the order was another one, mean over runs. */
  readonly perRun: number;
  /** The same by epoch. */
  readonly perEpoch: readonly number[];
  /** Share of the runs that end in another order than they began in. */
  readonly reordered: number;
}

/** How often the blocks of a stage change their order, and when. */
export interface OrderChanges {
  readonly runs: number;
  readonly stages: readonly StageChanges[];
  /** Epoch of the last change, from 1, mean over the runs that have one; absent if none has. */
  readonly lastEpoch?: number;
}

/** One scheme with its settings on one network. */
export interface ArmResult {
  /** `mean-field`, or `mean-field, tau rate x 0.01`. */
  readonly arm: string;
  readonly scheme: string;
  /** Of the errors in percent after the last epoch. */
  readonly error: Mean;
  readonly runs: readonly {
    /** Of the run folder. */
    readonly name: string;
    readonly seed: number;
    readonly error: number;
    readonly testError: number;
    readonly trainLoss: number;
    readonly swaps: number;
    readonly seconds: number;
  }[];
  /** Absent for schemes that never reorder. */
  readonly order?: OrderChanges;
}

export interface Comparison {
  readonly arm: string;
  readonly against: string;
  /** Seeds that both have. */
  readonly seeds: readonly number[];
  /** Error of `against` minus that of `arm`, seed by seed, in points: positive is a gain. */
  readonly gains: readonly number[];
  readonly gain: PairedGain;
}

export interface ReproductionRow {
  readonly id: string;
  readonly network: string;
  readonly dataset: string;
  readonly model: string;
  /** Percent, from the talk; absent where the talk has no such row. */
  readonly talk?: { readonly vanilla: number; readonly meanField: number };
  /** Percent: the smallest and largest vanilla error of published re-runs of this net. */
  readonly reruns?: readonly [number, number];
  /** With at least one finished run. */
  readonly arms: readonly ArmResult[];
  readonly comparisons: readonly Comparison[];
}

export interface Reproduction {
  readonly preset: string;
  readonly recipe: string;
  /** Settings given in place of the preset's. */
  readonly changed: Readonly<Record<string, unknown>>;
  /** What errors are measured on, after the last epoch. */
  readonly measuredOn: EvaluationSet;
  /** In the order of the talk; rows that were not run have no arms. */
  readonly rows: readonly ReproductionRow[];
  readonly finished: number;
  readonly unfinished: readonly { readonly name: string; readonly state: string }[];
  /** Distinct machines, one line each: processor, libtorch, threads. */
  readonly machines: readonly string[];
}

/** The arm of a scheme in the talk's table: the one with default settings, or the only one. */
export function mainArm({ arms }: ReproductionRow, scheme: string): ArmResult | undefined {
  const own = arms.filter((arm) => arm.scheme === scheme);
  return own.find(({ arm }) => arm === scheme) ?? (own.length === 1 ? own[0] : undefined);
}
