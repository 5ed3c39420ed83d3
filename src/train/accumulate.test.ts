import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { CifarResNet, parseModelName } from '../models/index.ts';
import { readRun, RunWriter, type StepRecord } from '../runs/index.ts';
import { Generator, scope, type Tensor } from '../tensor/index.ts';
import { temporaryFolder } from '../test-folder.ts';
import { resolveConfig, type TrainOptions } from './config.ts';
import { createExperiment, type Experiment } from './experiment.ts';
import { Learner } from './learner.ts';
import { TrainingRun } from './run.ts';

/** Batch norm with running statistics that stay as they are: without moments of the batch, images are independent. */
class IndependentImages extends CifarResNet {
  override forward(images: Tensor): Tensor {
    return super.forward(images, { training: false });
  }
}

const settings: TrainOptions = {
  ...{ dataset: 'synthetic-images', imageSize: 8, model: 'resnet8', width: 2, dtype: 'f64' },
  ...{ tauStart: 'uniform', epochs: 1, limitEvalBatches: 1, lr: 0.05, clipGrad: 0.5, seed: 3 },
};

/** Trains on 2048 images. */
async function trained(
  options: TrainOptions,
  independent: boolean,
): Promise<{ experiment: Experiment; steps: StepRecord[] }> {
  const config = resolveConfig({ ...settings, ...options });
  const made = await createExperiment(config);
  const schedule = { scheme: config.scheme, start: config.tauStart };
  const sizes = { width: config.width, inChannels: 1, classes: 4, dtype: 'f64' } as const;
  const net = new IndependentImages(
    { ...parseModelName(config.model), ...sizes, schedule },
    new Generator(3),
  );
  const experiment = independent ? { ...made, learner: new Learner(net, config) } : made;
  const root = temporaryFolder();
  const run = new TrainingRun(experiment, RunWriter.create(root, 'run'));
  await run.run();
  run.dispose();
  return { experiment, steps: await readRun(join(root, 'run')).steps() };
}

/** The largest difference of a weight or position, relative to the largest of its tensor. */
function difference(a: Experiment, b: Experiment): number {
  return Math.max(
    ...[...a.learner.model.parameters].map(([name, one]) => {
      const [x, y] = [one.toArray(), b.learner.model.parameters.get(name)!.toArray()];
      const scale = Math.max(...x.map(Math.abs), 1e-3);
      return Math.max(...x.map((value, i) => Math.abs(value - y[i]!))) / scale;
    }),
  );
}

it('steps over 4 batches equal steps on one batch of 4 times the size, the last step of an epoch included', async () => {
  const whole = await trained({ batchSize: 384 }, true);
  const parts = await trained({ batchSize: 96, accumulate: 4 }, true);
  expect(difference(whole.experiment, parts.experiment)).toBeLessThan(1e-12);
  // 22 batches of an epoch are 6 steps: the last one has a batch of 96 and one of 32 images.
  expect(parts.steps).toHaveLength(6);
  parts.steps.forEach(({ step, epoch, lr, loss, error }, i) => {
    const other = whole.steps[i]!;
    expect([step, epoch, lr]).toEqual([other.step, other.epoch, other.lr]);
    expect(loss).toBeCloseTo(other.loss, 12);
    expect(error).toBeCloseTo(other.error, 10);
  });
});

it('with batch norm they differ: each batch is normalised by its own moments', async () => {
  const whole = await trained({ batchSize: 384 }, false);
  const parts = await trained({ batchSize: 96, accumulate: 4 }, false);
  expect(difference(whole.experiment, parts.experiment)).toBeGreaterThan(1e-4);
  const [first] = parts.steps;
  expect(first!.loss).not.toBeCloseTo(whole.steps[0]!.loss, 6);
});

it('the limit of an epoch counts batches, and the learning rate steps', async () => {
  const { steps } = await trained(
    { batchSize: 32, accumulate: 3, limitTrainBatches: 7, epochs: 2, sched: 'step', decayMilestones: [1] },
    true,
  );
  expect(steps.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 1, 1, 1]);
  steps.forEach(({ epoch, lr }) => {
    expect(lr).toBeCloseTo(epoch === 0 ? 0.05 : 0.005, 12);
  });
});

it('a step of more images than there are is refused, as is a step without a batch', async () => {
  const config = resolveConfig({ ...settings, batchSize: 128, accumulate: 17 });
  await expect(createExperiment(config)).rejects.toThrow(
    /--accumulate 17 batches of 128 images are larger than the training set of synthetic-images \(2048 images\)/,
  );
  const { learner } = (await trained({ batchSize: 32, limitTrainBatches: 1 }, false)).experiment;
  expect(() => scope(() => learner.stepOver([], 0.1))).toThrow(UsageError);
});
