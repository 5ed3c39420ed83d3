/** The images on which epochs are evaluated: held-out images or the test set, every epoch or only the last. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodePng } from '../../src/io/png.ts';
import { evaluationSet, readRun, summaryFromCsv } from '../../src/runs/index.ts';
import { type EpochProgress, resolveConfig, startRun, type TrainOptions } from '../../src/train/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const root = temporaryFolder();

const small: TrainOptions = {
  ...{ dataset: 'synthetic-images', model: 'resnet8', width: 2, epochs: 3, batchSize: 16 },
  ...{ limitTrainBatches: 4, threads: 1, scheme: 'vanilla' },
};

async function train(name: string, options: TrainOptions) {
  const epochs: EpochProgress[] = [];
  const { dir, result } = await startRun(resolveConfig({ ...small, ...options }), {
    root,
    name,
    onProgress: (progress) => {
      if (progress.kind === 'epoch') epochs.push(progress);
    },
  });
  const { epochs: written } = summaryFromCsv(readFileSync(join(dir, 'summary.csv'), 'utf8'));
  return { dir, result: result!, epochs, written };
}

it('by default every epoch is evaluated on the test set', async () => {
  const { result, written, epochs } = await train('default', {});
  expect(written.map(({ evalError }) => evalError !== undefined)).toEqual([true, true, true]);
  expect(written[2]?.evalError).toBe(result.testError);
  expect(epochs.map(({ evaluatedOn }) => evaluatedOn)).toEqual(['test', 'test', 'test']);
  expect(result.validationError).toBeUndefined();
});

it('with an interval of 0 the test set is evaluated once, after the last epoch, and no best checkpoint is chosen', async () => {
  const { dir, result, written, epochs } = await train('last', { valInterval: 0 });
  expect(written.map(({ evalError }) => evalError)).toEqual([undefined, undefined, result.testError]);
  expect(epochs.map(({ evaluation }) => evaluation?.error)).toEqual([undefined, undefined, result.testError]);
  expect(existsSync(join(dir, 'checkpoints', 'epoch-001'))).toBe(false);
  expect(result.testError).toBe((await train('default-again', {})).result.testError);
});

it('an interval of 2 evaluates the second epoch and the last', async () => {
  const { written } = await train('second', { valInterval: 2 });
  expect(written.map(({ evalError }) => evalError !== undefined)).toEqual([false, true, true]);
});

it('with a split, epochs are evaluated on held-out images, and the result has both errors', async () => {
  const { dir, result, written, epochs } = await train('split', { valSplit: 200 });
  expect(epochs.map(({ evaluatedOn }) => evaluatedOn)).toEqual(['validation', 'validation', 'validation']);
  expect(epochs.map(({ evaluation }) => evaluation?.count)).toEqual([200, 200, 200]);
  expect(written[2]?.evalError).toBe(result.validationError);
  expect(result.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(512);
  expect(readRun(dir).result()).toEqual(result);
});

it('a separate validation set is evaluated after each epoch, the test set once, and the run says so', async () => {
  const dataDir = join(root, 'images');
  for (const [part, count] of [
    ['train', 20],
    ['val', 3],
    ['test', 2],
  ] as const)
    for (const [name, shade] of [
      ['dark', 10],
      ['light', 200],
    ] as const) {
      mkdirSync(join(dataDir, part, name), { recursive: true });
      for (let i = 0; i < count; i++)
        writeFileSync(
          join(dataDir, part, name, `${i}.png`),
          encodePng(new Uint8Array(64).fill(shade + i), { width: 8, height: 8, channels: 1 }),
        );
    }
  const { dir, result, written, epochs } = await train('folder', {
    ...{ dataset: 'image-folder', dataDir, limitTrainBatches: 2 },
  });
  expect(epochs.map(({ evaluatedOn, evaluation }) => [evaluatedOn, evaluation?.count])).toEqual(
    [0, 1, 2].map(() => ['validation', 6]),
  );
  expect(written[2]?.evalError).toBe(result.validationError);
  expect(result.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(4);
  const run = readRun(dir);
  expect(evaluationSet(run.config(), run.environment())).toBe('validation');
  expect(run.config()?.['val-split']).toBe(0);
  // Two classes: every answer is among the best five.
  expect(result.top5Error).toBeUndefined();
  expect(written.map(({ evalTop5 }) => evalTop5)).toEqual([undefined, undefined, undefined]);
});
