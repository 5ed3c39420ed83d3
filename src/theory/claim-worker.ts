/** A worker process of `verify`: measures the claims that it receives, one at a time, and sends back the results. */
import { answerTasks } from '../processes/index.ts';
import type { ClaimResult } from '../runs/index.ts';
import { measureClaim } from './claim.ts';
import { claims } from './claims/index.ts';
import { type Fashion, loadFashion } from './fashion.ts';

export interface Task {
  readonly id: string;
  readonly seed: number;
  readonly quick: boolean;
}

/** Progress is a fraction. */
export interface ClaimWorker {
  readonly task: Task;
  readonly progress: number;
  readonly result: ClaimResult;
}

let fashion: Promise<Fashion | undefined> | undefined;
/** Without the data set, claims use random data only. */
const realData = (): Promise<Fashion | undefined> => (fashion ??= loadFashion().catch(() => undefined));

answerTasks<ClaimWorker>(async ({ id, seed, quick }, onProgress) => {
  const claim = claims.find((one) => one.id === id);
  if (!claim) throw new Error(`unknown claim ${id}`);
  let reported = 0;
  return measureClaim(claim, {
    seed,
    quick,
    fashion: claim.real ? await realData() : undefined,
    onProgress(fraction) {
      if (fraction - reported < 0.02) return;
      reported = fraction;
      onProgress(fraction);
    },
  });
});
