/** What `train --json` prints. */
import type { DepthMovement } from '../runs/index.ts';

export interface TrainResult {
  readonly run: string;
  readonly finished: boolean;
  readonly testError?: number;
  readonly testLoss?: number;
  readonly top5Error?: number;
  readonly epochs?: number;
  readonly seconds?: number;
  readonly secondsPerEpoch?: readonly number[];
  readonly swaps?: number;
  /** Absent for `vanilla`. */
  readonly depthMovement?: DepthMovement;
  readonly report?: string;
}
