/** A process of `meanfield bench epoch`: a run of one epoch, from its first batch to its result, including the run folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig, startRun } from '../train/index.ts';
import { endWithParent } from '../processes/index.ts';
import type { EpochSetting } from './epoch.ts';

endWithParent();
const { data, depth, batch, threads, scheme, bf16, limit } = JSON.parse(
  process.argv[2] ?? '{}',
) as EpochSetting;
const config = resolveConfig(
  {
    dataset: 'cifar10',
    dataDir: data,
    model: `resnet${depth}`,
    scheme,
    epochs: 1,
    batchSize: batch,
    amp: bf16,
    threads,
    ...(limit > 0 && { limitTrainBatches: limit }),
  },
  'bench epoch',
);
const root = mkdtempSync(join(tmpdir(), 'meanfield-epoch-'));
// The benchmark itself holds the cores.
process.env.MEANFIELD_CORES_DIR = join(root, 'cores');
try {
  let start = 0;
  let base = 0;
  const { result } = await startRun(config, {
    root,
    onStart: () => {
      base = process.resourceUsage().maxRSS;
      start = performance.now();
    },
  });
  const ms = [performance.now() - start];
  const growthMb = (process.resourceUsage().maxRSS - base) / 1024;
  process.stdout.write(`${JSON.stringify({ ms, testError: result?.testError, growthMb })}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
