/** Progress events of a training run; the command line draws them, tests collect them. */
import type { EvaluationSet } from '../runs/index.ts';
import type { Evaluation } from './evaluate.ts';

export interface StepProgress {
  readonly kind: 'step';
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly error: number;
  readonly lr: number;
  readonly imagesPerSecond: number;
  /** Estimated seconds to the end at the current speed. */
  readonly secondsLeft: number;
}

export interface EpochProgress {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly epochs: number;
  readonly trainLoss: number;
  /** Percentage. */
  readonly trainError: number;
  /** Absent if the epoch ends without an evaluation. */
  readonly evaluation?: Evaluation;
  /** With averaged weights. */
  readonly emaEvaluation?: Evaluation;
  readonly evaluatedOn: EvaluationSet;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly swaps: number;
}

interface SavedProgress {
  readonly kind: 'saved';
  readonly folder: string;
  readonly step: number;
}

export type Progress = StepProgress | EpochProgress | SavedProgress;
export type OnProgress = (progress: Progress) => void;
