import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { exitCodes, UsageError } from '../errors.ts';
import { readRun } from '../runs/index.ts';
import { temporaryFolder } from '../test-folder.ts';
import { resolveConfig, type TrainOptions } from './config.ts';
import { afterEvaluation, isExhausted, type Patience } from './early-stopping.ts';
import { resumeRun, type SessionOptions, startRun } from './session.ts';

const root = temporaryFolder();
const settings: TrainOptions = {
  ...{ dataset: 'synthetic-images', imageSize: 8, model: 'resnet8', width: 2, threads: 1, epochs: 9 },
  ...{ batchSize: 32, limitTrainBatches: 2, limitEvalBatches: 1, sched: 'constant', valSplit: 200 },
};
/** No error can fall by so much. */
const never: TrainOptions = { minDelta: 100 };

async function run(name: string, more: TrainOptions, options: SessionOptions = {}): Promise<string> {
  return (await startRun(resolveConfig({ ...settings, ...more }), { root, name, ...options })).dir;
}

const weights = (dir: string): Buffer => readFileSync(join(dir, 'checkpoints', 'last', 'model.safetensors'));

let dir = '';
beforeAll(async () => {
  dir = await run('stopped-early', { patience: 2, ...never });
});
const copyOf = (name: string): string => {
  cpSync(dir, join(root, name), { recursive: true });
  return join(root, name);
};

it('an improvement is an error below the best one by more than min-delta', () => {
  const after = (errors: readonly number[], minDelta: number): Patience =>
    errors.reduce<Patience | undefined>(
      (state, error) => afterEvaluation(state, error, minDelta),
      undefined,
    )!;
  expect(after([10, 9, 9, 9.5], 0)).toEqual({ best: 9, waited: 2 });
  expect(after([10, 9.8, 9.6, 9.4], 0.5)).toEqual({ best: 9.4, waited: 0 });
  expect(after([10, 9.8, 9.6], 0.5)).toEqual({ best: 10, waited: 2 });
  expect(after([10, 9], 1)).toEqual({ best: 10, waited: 1 });
  expect(isExhausted(after([10, 11, 12], 0), 2)).toBe(true);
  expect(isExhausted(after([10, 11, 12], 0), 3)).toBe(false);
  expect(isExhausted(after([10, 11, 12], 0), undefined)).toBe(false);
});

it('a run stops after the evaluations without improvement, finished, and says why', () => {
  const found = readRun(dir);
  const result = found.result()!;
  const error = found.epochs()[0]!.evalError!;
  expect(result).toMatchObject({
    epochs: 3,
    steps: 6,
    stoppedEarly: { plannedEpochs: 9, monitored: 'validation', threshold: error - 100, evaluations: 2 },
  });
  expect(found.status()).toMatchObject({
    state: 'finished',
    exitCode: 0,
    message: `stopped early after epoch 3 of 9: the validation error did not fall below ${(error - 100).toFixed(2)} % in 2 evaluations`,
  });
  expect(found.epochs()).toHaveLength(3);
  expect(found.samples()?.samples.length).toBeGreaterThan(0);
});

it('without validation images it monitors the test error, and takes samples in the same evaluation', async () => {
  const onTest = await run('test', { patience: 1, valSplit: 0, ...never });
  expect(readRun(onTest).result()).toMatchObject({ epochs: 2, stoppedEarly: { monitored: 'test' } });
  expect(readRun(onTest).samples()?.samples.length).toBeGreaterThan(0);
});

it.each([1, 2, 3])(
  'the rule applied to the errors of a run with seed %i gives the epoch of its end',
  async (seed) => {
    const patience = 2;
    const found = readRun(await run(`seed-${seed}`, { patience, epochs: 8, lr: 0.3, seed }));
    const errors = found.epochs().map(({ evalError }) => evalError!);
    const lastBest = errors.indexOf(Math.min(...errors));
    const { epochs, stoppedEarly } = found.result()!;
    expect(errors).toHaveLength(epochs);
    if (stoppedEarly) expect(epochs).toBe(lastBest + 1 + patience);
    else expect(epochs).toBe(8);
    // No two evaluations in a row before the end are without improvement.
    const improves = errors.map((error, i) => error < Math.min(Infinity, ...errors.slice(0, i)));
    for (let i = 0; i + 1 < epochs - 1; i++) expect([improves[i], improves[i + 1]]).toContain(true);
    if (!stoppedEarly) expect(found.status()).not.toHaveProperty('message');
  },
);

it('stopped and resumed, it ends at the same epoch with the same bits; resumed again, it reports the same result', async () => {
  let steps = 0;
  const interrupted = await run(
    'interrupted',
    { patience: 2, ...never },
    {
      onProgress: ({ kind }) => {
        if (kind === 'step') steps++;
      },
      interrupted: () => (steps === 3 ? exitCodes.interrupted : undefined),
    },
  );
  for (let time = 0; time < 2; time++) {
    const { result } = await resumeRun(interrupted);
    expect(result).toMatchObject({ epochs: 3, stoppedEarly: readRun(dir).result()!.stoppedEarly });
    expect(weights(interrupted).equals(weights(dir))).toBe(true);
  }
});

it('with more patience a stopped run trains on, to the bits of a run that had it from the start', async () => {
  const longer = copyOf('longer');
  const { result } = await resumeRun(longer, { patience: 4 });
  expect(result).toMatchObject({ epochs: 5, stoppedEarly: { evaluations: 4 } });
  expect(weights(longer).equals(weights(await run('patient', { patience: 4, ...never })))).toBe(true);
  expect(readRun(longer).config()).toMatchObject({ patience: 4 });
});

it.each<[TrainOptions, RegExp]>([
  [{ patience: 3, epochs: 4 }, /patience 3 never stops a run of 4 epochs: give at most 2/],
  [{ patience: 2, epochs: 6, valInterval: 2 }, /patience 2 never stops .*: give at most 1/],
  [{ patience: 1, epochs: 2 }, /patience 1 never stops .*: train for more epochs, or evaluate more often/],
  [{ patience: 1, valInterval: 0 }, /patience belongs to val-interval above 0/],
  [{ minDelta: 1 }, /min-delta belongs to patience/],
  [{ patience: 0 }, /patience/],
])('%j is refused', (options, message) => {
  expect(() => resolveConfig(options)).toThrow(UsageError);
  expect(() => resolveConfig(options)).toThrow(message);
});
