/** What a grid of runs came to, as JSON: `results.json`. Types alone, shared with the browser. */
import type { EvaluationSet } from './types.ts';

export interface Mean {
  readonly n: number;
  readonly mean: number;
  /** Unbiased standard deviation of one value; absent for n = 1. */
  readonly deviation?: number;
  /** Of the mean, deviation / sqrt(n); absent for n = 1. */
  readonly standardError?: number;
}

/** Without spread (n = 1, or all gains alike) there is the mean alone. */
export interface PairedGain extends Mean {
  /** Every gain is exactly 0: as a rule, both members of each pair are the same run. */
  readonly identical?: true;
  /** 95 % confidence interval of the mean. */
  readonly interval?: readonly [number, number];
  /** Two-sided, of the hypothesis that the mean is 0. */
  readonly pValue?: number;
  /** The smallest gain that these pairs can show at 2 standard errors. */
  readonly detectable?: number;
  /** Pairs with this deviation that show a gain of 0.3 points at 2 standard errors. */
  readonly pairsNeeded?: number;
}

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
