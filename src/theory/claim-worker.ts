/** A worker process of `verify`: measures the claims that it receives, one at a time, and sends back the results. */
import { guardProcess } from '../process-guard.ts';
import type { ClaimResult } from '../runs/index.ts';
import { endWithParent } from '../worker-process.ts';
import { measureClaim } from './claim.ts';
import { claims } from './claims/index.ts';
import { type Fashion, loadFashion } from './fashion.ts';
import type { WorkerMessage } from './worker-processes.ts';

export interface Task {
  readonly id: string;
  readonly seed: number;
  readonly quick: boolean;
}

const send = (message: WorkerMessage<ClaimResult>): void => {
  process.send?.(message);
};

let fashion: Promise<Fashion | undefined> | undefined;
/** Without the data set, claims use random data only. */
const realData = (): Promise<Fashion | undefined> => (fashion ??= loadFashion().catch(() => undefined));

async function measure({ id, seed, quick }: Task): Promise<void> {
  const claim = claims.find((one) => one.id === id);
  if (!claim) throw new Error(`unknown claim ${id}`);
  let told = 0;
  const result = measureClaim(claim, {
    seed,
    quick,
    fashion: claim.real ? await realData() : undefined,
    onProgress(fraction) {
      if (fraction - told < 0.02) return;
      told = fraction;
      send({ kind: 'progress', fraction });
    },
  });
  send({ kind: 'result', result });
}

guardProcess();
endWithParent();
// The parent has gone or needs no more work.
process.on('disconnect', () => process.exit());
process.on('error', () => process.exit(1));
process.on('message', (task: Task) => {
  measure(task).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    send({ kind: 'error', message: text.split('\n')[0] ?? '' });
  });
});
