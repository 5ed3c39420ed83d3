/** What a training run tells while it goes on; the command line draws it, tests collect it. */
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
  /** Seconds until the end at the present speed. */
  readonly secondsLeft: number;
}

export interface EpochProgress {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly epochs: number;
  readonly trainLoss: number;
  /** Percent. */
  readonly trainError: number;
  /** Absent after an epoch that is not evaluated. */
  readonly evaluation?: Evaluation;
  readonly evaluatedOn: EvaluationSet;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly swaps: number;
}

export interface SavedProgress {
  readonly kind: 'saved';
  readonly folder: string;
  readonly step: number;
}

export type Progress = StepProgress | EpochProgress | SavedProgress;
export type OnProgress = (progress: Progress) => void;
