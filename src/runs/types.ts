/** The types of a run folder's records, without their validation: pages share them. */
import type { PlainRecord, RunResult, RunStatus, StepRecord, SwapRecord } from './schemas.ts';

export type {
  FinalSteps,
  PlainRecord,
  ResultNumbers,
  RunResult,
  RunState,
  RunStatus,
  StageRecord,
  StepRecord,
  SwapRecord,
  TestSample,
  TestSamples,
} from './schemas.ts';

/** The images on which epochs are evaluated. */
export type EvaluationSet = 'validation' | 'test';

/** A line of `summary.csv`: one epoch; unknown numbers are absent, as is the evaluation of an epoch without one. */
export interface EpochRecord {
  /** From 0. */
  readonly epoch: number;
  readonly trainLoss?: number;
  readonly trainError?: number;
  readonly evalLoss?: number;
  readonly evalError?: number;
  readonly evalTop1?: number;
  readonly evalTop5?: number;
  /** With the averaged weights of `--ema`. */
  readonly emaLoss?: number;
  readonly emaError?: number;
  readonly lr?: number;
  /** Duration of the epoch. */
  readonly seconds?: number;
  readonly imagesPerSecond?: number;
  readonly swaps?: number;
  readonly peakRssMb?: number;
}

/** All data of a run that figures and pages draw. */
export interface RunData {
  /** Name of the folder, and its path as given. */
  readonly name: string;
  readonly dir: string;
  readonly config?: PlainRecord;
  readonly environment?: PlainRecord;
  readonly status?: RunStatus;
  readonly result?: RunResult;
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly swaps: readonly SwapRecord[];
  /** Unreadable files, one line each. */
  readonly problems: readonly string[];
}
