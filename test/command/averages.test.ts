/** Averaged weights and early stopping on the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { evaluateRunOrFile } from '../../src/cli/evaluate-run.ts';
import { exportRun } from '../../src/cli/export-run.ts';
import { predictImages } from '../../src/cli/predict-run.ts';
import { encodePng, readSafetensors } from '../../src/io/index.ts';
import { readRun } from '../../src/runs/index.ts';
import { readHistory } from '../../src/trackers/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { meanfield, type Outcome } from './command.ts';

const root = temporaryFolder();
const run = join(root, 'run');
const tiny = [
  ...['train', '--dataset', 'synthetic-images', '--image-size', '8', '--model', 'resnet8', '--width', '2'],
  ...[
    '--batch-size',
    '32',
    '--epochs',
    '9',
    '--limit-train-batches',
    '3',
    '--threads',
    '1',
    '--output',
    root,
  ],
];
let trained: Outcome;
beforeAll(() => {
  trained = meanfield([
    ...[...tiny, '--name', 'run', '--ema', '0.5', '--patience', '2', '--min-delta', '100', '--json'],
  ]);
});

it('the end of a run names the epoch at which it stopped, and the error of the averaged weights', () => {
  const { code, stdout, stderr } = trained;
  const result = readRun(run).result()!;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    finished: true,
    epochs: 3,
    emaTestError: result.emaTestError,
    stoppedEarly: { plannedEpochs: 9, monitored: 'test', evaluations: 2 },
  });
  expect(stderr).toContain('note: --patience monitors the test error');
  expect(stderr).toMatch(
    /stopped early after epoch 3 of 9: the test error did not fall below .* in 2 evaluations/,
  );
  expect(stderr).toContain(`(averaged weights: ${result.emaTestError!.toFixed(2)} %)`);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain(
    'This run stopped early after epoch 3 of 9',
  );
});

it('evaluate, export and predict use the averaged weights with --ema', async () => {
  const { testError, emaTestError, emaTestLoss } = readRun(run).result()!;
  expect(await evaluateRunOrFile(run, { ema: true })).toMatchObject({ ema: true, testError: emaTestError });
  expect(await evaluateRunOrFile(run, {})).toMatchObject({ ema: false, testError });
  const output = join(root, 'net.safetensors');
  const request = { checkpoint: 'last', ema: true, foldSteps: true };
  exportRun(run, { ...request, output, keyStyle: 'meanfield', foldSteps: false });
  const averages = readSafetensors(join(run, 'checkpoints', 'last', 'ema.safetensors')).tensors;
  const exported = readSafetensors(output).tensors.get('conv1.weight')!;
  expect(Buffer.from(exported.data).equals(Buffer.from(averages.get('conv1.weight')!.data))).toBe(true);
  exportRun(run, { ...request, to: 'hub', output: join(root, 'hub') });
  const card = readFileSync(join(root, 'hub', 'README.md'), 'utf8');
  expect(card).toContain('exponential moving average with decay 0.5');
  expect(card).toContain(`| test loss | ${emaTestLoss!.toFixed(4)} |`);
  const image = join(root, 'image.png');
  const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 8) * 30);
  writeFileSync(image, encodePng(pixels, { width: 8, height: 8, channels: 1 }));
  const predicted = async (ema: boolean): Promise<unknown> =>
    (await predictImages(run, [image], { checkpoint: 'last', top: 4, ema })).predictions;
  expect(await predicted(true)).not.toEqual(await predicted(false));
});

it('--ema is refused for a weight file', () => {
  const { code, stderr } = meanfield([
    ...['evaluate', join(run, 'checkpoints', 'last', 'ema.safetensors'), '--ema'],
  ]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--ema applies to a run folder; .*: --state-dict chooses among its sets/);
});

it('histories have columns of their own for them', async () => {
  const { points } = await readHistory(run);
  const named = points.flatMap(({ metrics }) => Object.keys(metrics));
  for (const name of ['test/ema-loss', 'test/ema-error', 'final/ema-test-error', 'final/ema-test-loss'])
    expect(named).toContain(name);
});
