/** Twenty steps of Algorithm 1 on random images: the loss falls and the positions of the blocks move. */
import { createModel } from 'meanfield/models';
import { Generator, scope, tensor } from 'meanfield/tensor';
import { Learner, resolveConfig } from 'meanfield/train';

// The scope frees the tensors created in it; the net keeps its own.
scope(() => {
  const generator = new Generator(1);
  const model = createModel(
    'resnet20',
    { width: 8, inChannels: 1, classes: 10, schedule: { scheme: 'mean-field' } },
    generator,
  );
  const learner = new Learner(model, resolveConfig({ tauLrFactor: 1 }));
  const images = generator.normal([64, 1, 28, 28]);
  const labels = tensor(BigInt64Array.from({ length: 64 }, (_, i) => BigInt(i % 10)));
  const losses = Array.from({ length: 20 }, () => learner.step(images, labels, 0.05).loss);
  process.stdout.write(`loss ${losses.map((loss) => loss.toFixed(3)).join(' ')}\n`);
  for (const [stage, { schedule }] of model.stages)
    process.stdout.write(`${stage} ${JSON.stringify(schedule.snapshot())}\n`);
});
