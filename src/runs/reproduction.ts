/** The results of a grid of runs, as JSON: `results.json`. Shared with the browser. */
import type { Mean, PairedGain } from '../stats/index.ts';
import type { EvaluationSet } from './types.ts';

export interface StageChanges {
  readonly stage: string;
  /** Number of steps that changed the order, mean over runs. */
  readonly perRun: number;
  /** The same, per epoch. */
  readonly perEpoch: readonly number[];
  /** Share of the runs that end in a different order from the initial one. */
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
  /** Mean and standard error over seeds, in percent, after the last epoch. */
  readonly error: Mean;
  readonly runs: readonly {
    /** Name of the run folder. */
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
  /** Seeds of both arms. */
  readonly seeds: readonly number[];
  /** Error of `against` minus that of `arm`, per seed, in percentage points: positive is a gain. */
  readonly gains: readonly number[];
  readonly gain: PairedGain;
}

export interface ReproductionRow {
  readonly id: string;
  /** Name in the talk. */
  readonly network: string;
  readonly dataset: string;
  /** Model name here. */
  readonly model: string;
  /** Percent, from the talk; absent if the talk has no such row. */
  readonly talk?: { readonly vanilla: number; readonly meanField: number };
  /** Percent: the smallest and largest vanilla error of published re-runs. */
  readonly reruns?: readonly [number, number];
  /** With at least one finished run. */
  readonly arms: readonly ArmResult[];
  readonly comparisons: readonly Comparison[];
}

export interface Reproduction {
  readonly preset: string;
  readonly recipe: string;
  /** Settings that override the preset. */
  readonly changed: Readonly<Record<string, unknown>>;
  /** The images for the error after the last epoch. */
  readonly measuredOn: EvaluationSet;
  /** In the order of the talk; rows without runs have no arms. */
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
