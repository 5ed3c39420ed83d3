/** A process of `meanfield bench step`: times our training step and prints one JSON object. */
import { CifarResNet } from '../models/index.ts';
import { Learner, resolveConfig } from '../train/index.ts';
import { setThreads } from '../native/index.ts';
import { Generator, keep, ops, tensor } from '../tensor/index.ts';
import { endWithParent } from '../processes/index.ts';
import type { StepSetting } from './step.ts';

endWithParent();
const { depth, batch, width, threads, steps, warmup, scheme, reorder, bf16 } = JSON.parse(
  process.argv[2] ?? '{}',
) as StepSetting;
setThreads(threads);
const generator = new Generator(0);
const model = new CifarResNet(
  { depth, ...(width !== undefined && { width }), inChannels: 3, classes: 10, schedule: { scheme, reorder } },
  generator,
);
const learner = new Learner(model, resolveConfig({ tauLrFactor: 0.1, amp: bf16 }));
const images = keep(ops.contiguous(generator.normal([batch, 3, 32, 32]), 'channelsLast'));
const labels = keep(tensor(BigInt64Array.from({ length: batch }, (_, i) => BigInt(i % 10))));
const base = process.resourceUsage().maxRSS;
const times: number[] = [];
let loss = 0;
for (let step = 0; step < warmup + steps; step++) {
  const start = performance.now();
  loss = learner.step(images, labels, 0.05).loss;
  if (step >= warmup) times.push(performance.now() - start);
}
const growthMb = (process.resourceUsage().maxRSS - base) / 1024;
process.stdout.write(`${JSON.stringify({ ms: times, loss, growthMb })}\n`);
