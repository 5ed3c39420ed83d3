/** What `train --json` prints. */
import type { DepthMovement, RunResult } from '../runs/index.ts';

export interface TrainResult {
  readonly run: string;
  readonly finished: boolean;
  readonly testError?: number;
  readonly testLoss?: number;
  readonly top5Error?: number;
  /** With the averaged weights of `--ema`. */
  readonly emaTestError?: number;
  readonly epochs?: number;
  /** Absent for a run that reached its last epoch. */
  readonly stoppedEarly?: RunResult['stoppedEarly'];
  readonly seconds?: number;
  readonly secondsPerEpoch?: readonly number[];
  readonly swaps?: number;
  /** Absent for `vanilla`. */
  readonly depthMovement?: DepthMovement;
  readonly report?: string;
}
