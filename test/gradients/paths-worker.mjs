// One process of paths.test.ts: runs a few training steps in float64 and prints the result.
import { resolveConfig, Learner } from '../../dist/train/index.js';
import { CifarResNet } from '../../dist/models/index.js';
import { Generator, keep, tensor } from '../../dist/tensor/index.js';

const generator = new Generator(1);
const config = resolveConfig({ scheme: 'mean-field', tauLrFactor: 1 });
const found = {};
const bottleneck = { depth: 20, block: 'bottleneck' };
const nets = {
  post: { depth: 14 },
  pre: { depth: 14, variant: 'pre' },
  'pre-activation bottleneck': { ...bottleneck, variant: 'pre' },
  grouped: { ...bottleneck, groups: { cardinality: 2, width: 8 } },
};
for (const [name, net] of Object.entries(nets)) {
  const model = new CifarResNet(
    {
      ...net,
      width: 8,
      inChannels: 3,
      classes: 10,
      dtype: 'f64',
      schedule: { scheme: 'mean-field' },
    },
    generator,
  );
  const learner = new Learner(model, config);
  const images = keep(generator.normal([6, 3, 10, 10], 'f64'));
  const labels = keep(tensor(BigInt64Array.from({ length: 6 }, (_, i) => BigInt(i % 10))));
  const losses = [];
  for (let step = 0; step < 5; step++) losses.push(learner.step(images, labels, 0.01).loss);
  found[name] = {
    losses,
    parameters: [...model.parameters.values()].flatMap((one) => one.toArray()),
    buffers: [...model.buffers.values()].flatMap((one) => one.toArray()),
  };
}
console.log(JSON.stringify(found));
