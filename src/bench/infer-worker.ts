/** A process of `meanfield bench infer`: times our evaluation of a batch and prints one JSON object. */
import { CifarResNet } from '../models/index.ts';
import { setThreads } from '../native/index.ts';
import { autocast, Generator, keep, noGrad, ops, scope } from '../tensor/index.ts';
import { endWithParent } from '../processes/index.ts';
import type { InferSetting } from './infer.ts';

endWithParent();
const { depth, batch, threads, steps, warmup, bf16 } = JSON.parse(process.argv[2] ?? '{}') as InferSetting;
setThreads(threads);
const generator = new Generator(0);
const model = new CifarResNet(
  { depth, inChannels: 3, classes: 10, schedule: { scheme: 'mean-field' } },
  generator,
);
const images = keep(ops.contiguous(generator.normal([batch, 3, 32, 32]), 'channelsLast'));
const base = process.resourceUsage().maxRSS;
const times: number[] = [];
const forward = (): number =>
  scope(() => ops.sum(ops.toDtype(model.forward(images, { training: false }), 'f32')).item());
for (let step = 0; step < warmup + steps; step++) {
  const start = performance.now();
  noGrad(() => (bf16 ? autocast('cpu', 'bf16', forward) : forward()));
  if (step >= warmup) times.push(performance.now() - start);
}
const growthMb = (process.resourceUsage().maxRSS - base) / 1024;
process.stdout.write(`${JSON.stringify({ ms: times, growthMb })}\n`);
