/** A process of `meanfield bench flow`: times flow, adjoint and all gradients, and prints one JSON object. */
import { bottleneck, flowGradient, gaussian, gridMeasure, independentSlices } from '../mean-field/index.ts';
import { setThreads } from '../native/index.ts';
import { Generator, keep, scope } from '../tensor/index.ts';
import { endWithParent } from '../processes/index.ts';
import type { FlowSetting } from './flow.ts';

endWithParent();
const { samples, particles, features, slices, threads, steps, warmup, dtype } = JSON.parse(
  process.argv[2] ?? '{}',
) as FlowSetting;
setThreads(threads);
const generator = new Generator(0);
const family = bottleneck('tanh');
const outputs = 4;
const { problem, measure } = keep(
  scope(() => ({
    problem: {
      inputs: generator.normal([samples, features], dtype),
      targets: generator.normal([samples, outputs], dtype),
      embedding: generator.normal([features, features], dtype),
      readout: generator.normal([outputs, features], dtype),
    },
    measure: gridMeasure(
      independentSlices(gaussian(), generator, slices, particles, family.parameterCount(features), 'f64'),
    ),
  })),
);
const base = process.resourceUsage().maxRSS;
const times: number[] = [];
let loss = 0;
for (let step = 0; step < warmup + steps; step++) {
  const start = performance.now();
  scope(() => {
    ({ loss } = flowGradient(problem, family, measure));
  });
  if (step >= warmup) times.push(performance.now() - start);
}
const growthMb = (process.resourceUsage().maxRSS - base) / 1024;
process.stdout.write(`${JSON.stringify({ ms: times, loss, growthMb })}\n`);
