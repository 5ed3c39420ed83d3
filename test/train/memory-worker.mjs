// A process of memory.test.ts: a thousand real training steps; records live tensors and resident memory after each.
import { resolveConfig, Learner } from '../../dist/train/index.js';
import { createModel } from '../../dist/models/index.js';
import { Generator, keep, liveTensorCount, tensor } from '../../dist/tensor/index.js';

const generator = new Generator(1);
const config = resolveConfig({ scheme: 'mean-field', tauLrFactor: 1 });
const model = createModel(
  'resnet20',
  { width: 4, inChannels: 1, classes: 10, schedule: { scheme: config.scheme } },
  generator,
);
const learner = new Learner(model, config);
const images = keep(generator.normal([32, 1, 16, 16]));
const labels = keep(tensor(BigInt64Array.from({ length: 32 }, (_, i) => BigInt(i % 10))));
const live = [];
const rss = [];
for (let step = 0; step < 1000; step++) {
  learner.step(images, labels, 0.01);
  live.push(liveTensorCount());
  rss.push(process.memoryUsage.rss());
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(JSON.stringify({ live, rss }));
