import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { exitCodes, UsageError } from '../errors.ts';
import type { CifarResNet } from '../models/index.ts';
import { readRun } from '../runs/index.ts';
import { temporaryFolder } from '../test-folder.ts';
import { BatchTensors } from './batch-tensors.ts';
import { resolveConfig, type TrainOptions } from './config.ts';
import { evaluate } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { resumeRun, type SessionOptions, startRun } from './session.ts';
import { loadTestImages, loadTrained } from './trained.ts';

const root = temporaryFolder();
const decay = 0.75;
const settings: TrainOptions = {
  ...{ dataset: 'synthetic-images', imageSize: 8, model: 'resnet14', width: 2, dtype: 'f64', threads: 1 },
  // Blocks change places within these steps.
  ...{ epochs: 2, batchSize: 32, limitTrainBatches: 8, accumulate: 2, limitEvalBatches: 1, tauLrFactor: 30 },
};

type Values = Map<string, readonly number[]>;
const valuesOf = ({ parameters, buffers }: CifarResNet): Values =>
  new Map([...parameters, ...buffers].map(([name, one]) => [name, one.toArray()]));

async function run(name: string, more: TrainOptions, options: SessionOptions = {}): Promise<string> {
  return (await startRun(resolveConfig({ ...settings, ...more }), { root, name, ...options })).dir;
}

const weights = (dir: string, file: string): Buffer =>
  readFileSync(join(dir, 'checkpoints', 'last', `${file}.safetensors`));

let dir = '';
const expected: Values = new Map();
beforeAll(async () => {
  let experiment: Experiment | undefined;
  dir = await run(
    'averaged',
    { ema: decay },
    {
      onStart: (_, started) => {
        experiment = started;
        for (const [name, values] of valuesOf(started.learner.model)) expected.set(name, values);
      },
      onProgress: ({ kind }) => {
        if (kind !== 'step') return;
        for (const [name, values] of valuesOf(experiment!.learner.model)) {
          const before = expected.get(name)!;
          expected.set(
            name,
            values.map((value, i) => decay * before[i]! + (1 - decay) * value),
          );
        }
      },
    },
  );
});

it('weights, batch-norm statistics and tau are averaged over the steps, from the initial ones on', () => {
  const { learner, ema } = loadTrained(dir, 'last', { ema: true });
  expect(ema).toBe(true);
  for (const [name, values] of valuesOf(learner.model)) {
    const distance = Math.max(...values.map((value, i) => Math.abs(value - expected.get(name)![i]!)));
    expect(distance, name).toBeLessThan(1e-12);
  }
});

it('averaged blocks act in the order of their averaged tau', async () => {
  expect(await readRun(dir).swaps()).not.toHaveLength(0);
  for (const [name, { schedule }] of loadTrained(dir, 'last', { ema: true }).learner.model.stages) {
    const tau = expected.get(`${name}.tau`)!;
    const sorted = tau.map((_, i) => i).sort((a, b) => tau[a]! - tau[b]! || a - b);
    expect(schedule.snapshot().order).toEqual(sorted);
  }
});

it('they are evaluated beside the weights, and recorded in columns of their own', async () => {
  const trained = loadTrained(dir, 'last', { ema: true });
  const data = await loadTestImages(dir, trained);
  const tensors = new BatchTensors(data.test, data, 'f64', 'cpu');
  const { error, loss } = evaluate((images) => trained.learner.forward(images, false), data.test, tensors, 1);
  const { testError, emaTestError, emaTestLoss } = readRun(dir).result()!;
  expect([emaTestError, emaTestLoss]).toEqual([error, expect.closeTo(loss, 12)]);
  expect(emaTestLoss).not.toBe(readRun(dir).result()!.testLoss);
  expect(readRun(dir).epochs().at(-1)).toMatchObject({ evalError: testError, emaError: emaTestError });
  expect(readFileSync(join(dir, 'summary.csv'), 'utf8').split('\n')[0]).toContain(',ema_loss,ema_error,');
});

it('training is the same without them, and leaves no trace of them', async () => {
  const plain = await run('plain', {});
  expect(weights(plain, 'model').equals(weights(dir, 'model'))).toBe(true);
  expect(weights(plain, 'optim').equals(weights(dir, 'optim'))).toBe(true);
  expect(existsSync(join(plain, 'checkpoints', 'last', 'ema.safetensors'))).toBe(false);
  expect(readFileSync(join(plain, 'summary.csv'), 'utf8')).not.toContain('ema');
  expect(readRun(plain).result()).not.toHaveProperty('emaTestError');
  expect(() => loadTrained(plain, 'last', { ema: true })).toThrow(UsageError);
  expect(() => loadTrained(plain, 'last', { ema: true })).toThrow(
    /plain has no averaged weights, because it was trained without --ema/,
  );
});

it('a run that is stopped in mid-epoch and resumed has the same averages to the last bit', async () => {
  let steps = 0;
  const stopped = await run(
    'stopped',
    { ema: decay },
    {
      onProgress: ({ kind }) => {
        if (kind === 'step') steps++;
      },
      interrupted: () => (steps === 3 ? exitCodes.interrupted : undefined),
    },
  );
  expect(readRun(stopped).result()).toBeUndefined();
  const { result } = await resumeRun(stopped);
  expect(weights(stopped, 'ema').equals(weights(dir, 'ema'))).toBe(true);
  expect(result?.emaTestLoss).toBe(readRun(dir).result()!.emaTestLoss);
});
