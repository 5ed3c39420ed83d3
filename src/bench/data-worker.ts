/** A process of `meanfield bench data`: times batches as training makes them and prints one JSON object. */
import { BatchPlan, fillBatch, loadImages } from '../data/index.ts';
import { setThreads } from '../native/index.ts';
import { scope } from '../tensor/index.ts';
import { BatchTensors } from '../train/index.ts';
import { endWithParent } from '../processes/index.ts';
import type { DataSetting } from './data.ts';

endWithParent();
const { data, batch, threads, steps, warmup } = JSON.parse(process.argv[2] ?? '{}') as DataSetting;
setThreads(threads);
const { train, mean, std } = await loadImages('cifar10', { dataDir: data });
const tensors = new BatchTensors(train, { mean, std }, 'f32', 'cpu');
const plan = new BatchPlan(train.count, batch, { dropLast: true });
const order = plan.order(0, 0);
const base = process.resourceUsage().maxRSS;
const times: number[] = [];
for (let step = 0; step < warmup + steps; step++) {
  const indices = plan.indices(order, step % plan.batches);
  const start = performance.now();
  const bytes = new Uint8Array(batch * train.height * train.width * train.channels);
  fillBatch(train, indices, { pad: 4, flip: true, cutout: 0 }, 0, 0, bytes);
  scope(() => {
    tensors.images(bytes, batch);
  });
  if (step >= warmup) times.push(performance.now() - start);
}
const growthMb = (process.resourceUsage().maxRSS - base) / 1024;
process.stdout.write(`${JSON.stringify({ ms: times, growthMb })}\n`);
