/** A finished run trains on for more epochs. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { resolveConfig, resumeRun, startRun, type TrainOptions } from 'meanfield/train';
import { readRun } from '../../src/runs/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { metricsWithoutTimes } from '../command/command.ts';

const root = temporaryFolder();
const settings: TrainOptions = {
  ...{ dataset: 'synthetic-images', width: 2, batchSize: 32, limitTrainBatches: 4, threads: 1, seed: 5 },
};
const run = async (name: string, more: TrainOptions): Promise<string> =>
  (await startRun(resolveConfig({ ...settings, ...more }), { root, name })).dir;
let short = '';
beforeAll(async () => {
  short = await run('short', { epochs: 2, sched: 'constant' });
});
const copyOf = (dir: string, name: string): string => {
  cpSync(dir, join(root, name), { recursive: true });
  return join(root, name);
};

it('with a rate that does not depend on the number of epochs it equals a run that was longer from the start', async () => {
  const whole = await run('whole', { epochs: 4, sched: 'constant' });
  const longer = copyOf(short, 'longer');
  const { result } = await resumeRun(longer, { epochs: 4 });
  expect(metricsWithoutTimes(longer)).toEqual(metricsWithoutTimes(whole));
  expect(result).toMatchObject({ epochs: 4, steps: 16, testError: readRun(whole).result()!.testError });
  const weights = join('checkpoints', 'last', 'model.safetensors');
  expect(readFileSync(join(longer, weights)).equals(readFileSync(join(whole, weights)))).toBe(true);
  expect(readRun(longer).config()).toMatchObject({ epochs: 4 });
  expect(readRun(longer).environment()?.continued).toEqual([{ step: 8, epochs: 4 }]);
});

it('with one-cycle its rate is that of the longer schedule, from the step reached on', async () => {
  const whole = await run('whole-cycle', { epochs: 4 });
  const longer = await run('cycle', { epochs: 2 });
  const before = await readRun(longer).steps();
  await resumeRun(longer, { epochs: 4 });
  const rates = (await readRun(longer).steps()).map(({ lr }) => lr);
  const wholeRates = (await readRun(whole).steps()).map(({ lr }) => lr);
  expect(rates).toEqual([...before.map(({ lr }) => lr), ...wholeRates.slice(8)]);
});

it('keeps what is finished: fewer epochs are refused, and nothing is changed', async () => {
  const copy = copyOf(short, 'copy');
  await expect(resumeRun(copy, { epochs: 1 })).rejects.toThrow(
    /--epochs 1: .*copy has finished epoch 2; give at least that/,
  );
  expect(readRun(copy).result()).toEqual(readRun(short).result());
});
