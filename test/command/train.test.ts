/** Training, evaluation and prediction as a user runs them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { meanfield, metricsWithoutTimes, startMeanfield } from './command.ts';
import { depthMovement } from '../../src/runs/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const quick = [
  ...[
    '--dataset',
    'synthetic-images',
    '--width',
    '4',
    '--batch-size',
    '32',
    '--epochs',
    '2',
    '--limit-train-batches',
    '20',
  ],
  ...['--threads', '1', '--seed', '3'],
];

interface Result {
  readonly run: string;
  readonly finished: boolean;
  readonly testError: number;
  readonly depthMovement?: object;
}

const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');

const root = temporaryFolder();
let run = '';
let result: Result;
beforeAll(() => {
  run = join(root, 'good');
  const outcome = meanfield(['train', ...quick, '--output', root, '--name', 'good', '--json']);
  expect(outcome.code).toBe(0);
  result = lastLine(outcome.stdout) as Result;
});

it('a run folder holds the configuration, every step, every epoch, checkpoints and a report', () => {
  expect(readdirSync(run).sort()).toEqual(
    [
      'checkpoints',
      'config.yaml',
      'env.json',
      'figures',
      'metrics.jsonl',
      'report.html',
      'result.json',
      'samples.json',
      'status.json',
      'summary.csv',
      'swaps.jsonl',
    ].sort(),
  );
  expect(metricsWithoutTimes(run)).toHaveLength(40);
  expect(readFileSync(join(run, 'summary.csv'), 'utf8').trim().split('\n')).toHaveLength(3);
  expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['best', 'last']);
  expect(readFileSync(join(run, 'config.yaml'), 'utf8')).toMatch(/^batch-size: 32$/m);
});

it('every step records every tau', () => {
  const [first] = metricsWithoutTimes(run) as { stages: Record<string, { tau: number[] }> }[];
  expect(Object.entries(first?.stages ?? {}).map(([stage, { tau }]) => [stage, tau.length])).toEqual([
    ['layer1', 3],
    ['layer2', 2],
    ['layer3', 2],
  ]);
});

it('training learns: far better than chance among four classes', () => {
  expect(result.finished).toBe(true);
  expect(result.depthMovement).toEqual(depthMovement(run));
  expect(result.testError).toBeLessThan(50);
});

it('without a terminal progress is plain lines on stderr, and stdout has only data', () => {
  const outcome = meanfield(['train', ...quick, '--epochs', '1', '--output', root, '--no-report']);
  expect(outcome.stdout).toBe('');
  expect(outcome.stderr).not.toMatch(/[\r\u001b]/);
  expect(outcome.stderr).toMatch(
    /^tau moved by [\d.]+ on average, by at most [\d.]+; blocks (kept their order|changed places (once|\d+ times))$/m,
  );
  expect(outcome.stderr).toMatch(/epoch 1\/1 {2}train loss [\d.]+ error [\d.]+ % {2}test error [\d.]+ %/);
});

it('evaluate reproduces the final test error of the run', () => {
  const outcome = lastLine(meanfield(['evaluate', run, '--json', '--threads', '1']).stdout) as {
    testError: number;
    confusion: number[][];
    images: number;
  };
  expect(outcome.testError).toBe(result.testError);
  expect(outcome.images).toBe(512);
  expect(outcome.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(512);
});

it('evaluate shows each class', () => {
  const { stdout } = meanfield(['evaluate', run, '--threads', '1']);
  expect(stdout).toMatch(/^test error [\d.]+ %/);
  expect(stdout.match(/^wave at \d+ degrees +[\d.]+/gm)).toHaveLength(4);
});

it('predict names the classes of image files of any size, most likely first', async () => {
  const file = join(root, 'wave.png');
  const pixels = Uint8Array.from(
    { length: 32 * 32 },
    (_, i) => 128 + 100 * Math.sin((4 * Math.PI * (i % 32)) / 32),
  );
  await sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } })
    .png()
    .toFile(file);
  const { predictions } = lastLine(meanfield(['predict', run, file, '--json', '--top', '4']).stdout) as {
    predictions: { name: string; classes: { name: string; probability: number }[] }[];
  };
  const [prediction] = predictions;
  expect(prediction?.name).toBe(file);
  const probabilities = prediction?.classes.map((one) => one.probability) ?? [];
  expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
});

it('flags override the config file, the config file overrides the defaults', () => {
  const file = join(root, 'config.yaml');
  writeFileSync(
    file,
    'dataset: synthetic-images\nwidth: 4\nbatch-size: 64\nepochs: 1\nlimit-train-batches: 2\nseed: 5\n',
  );
  expect(
    meanfield([
      'train',
      '-c',
      file,
      '--seed',
      '6',
      '--output',
      root,
      '--name',
      'from-file',
      '--no-report',
      '--quiet',
    ]).code,
  ).toBe(0);
  const saved = readFileSync(join(root, 'from-file', 'config.yaml'), 'utf8');
  expect(saved).toMatch(/^batch-size: 64$/m);
  expect(saved).toMatch(/^seed: 6$/m);
  expect(saved).toMatch(/^momentum: 0.9$/m);
});

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s finishes the step, saves, and exits with %i; the resumed run equals an uninterrupted one',
  async (signal, code) => {
    const name = `stopped-${signal}`;
    const child = startMeanfield(['train', ...quick, '--output', root, '--name', name, '--no-report']);
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    while (
      !existsSync(join(root, name, 'metrics.jsonl')) ||
      readFileSync(join(root, name, 'metrics.jsonl'), 'utf8') === ''
    )
      await sleep(20);
    child.kill(signal);
    expect(await exit).toBe(code);
    expect(JSON.parse(readFileSync(join(root, name, 'status.json'), 'utf8'))).toMatchObject({
      state: 'stopped',
      exitCode: code,
    });
    expect(metricsWithoutTimes(join(root, name)).length).toBeLessThan(40);
    expect(meanfield(['train', '--resume', join(root, name), '--no-report', '--quiet']).code).toBe(0);
    expect(metricsWithoutTimes(join(root, name))).toEqual(metricsWithoutTimes(run));
    const model = (dir: string): Buffer =>
      readFileSync(join(dir, 'checkpoints', 'last', 'model.safetensors'));
    expect(model(join(root, name)).equals(model(run))).toBe(true);
  },
);

it('a second signal at once records that the run was stopped, and it resumes', async () => {
  const name = 'stopped-at-once';
  const child = startMeanfield(['train', ...quick, '--output', root, '--name', name, '--no-report']);
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const metrics = join(root, name, 'metrics.jsonl');
  while (!existsSync(metrics) || readFileSync(metrics, 'utf8') === '') await sleep(20);
  // Both are pending when the process continues, so that no step comes between them.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal);
  const code = await exit;
  expect([130, 143]).toContain(code);
  const status = JSON.parse(readFileSync(join(root, name, 'status.json'), 'utf8')) as object;
  expect(status).toMatchObject({ state: 'stopped', exitCode: code });
  expect(meanfield(['train', '--resume', join(root, name), '--no-report', '--quiet']).code).toBe(0);
  expect(metricsWithoutTimes(join(root, name))).toEqual(metricsWithoutTimes(run));
});

it('the report command draws several runs side by side', () => {
  const html = join(root, 'both.html');
  expect(meanfield(['report', run, join(root, 'from-file'), '--output', html]).code).toBe(0);
  expect(readFileSync(html, 'utf8')).toMatch('2 runs');
});

it('doctor prints one object that says whether all is well', () => {
  const { stdout, code } = meanfield(['doctor', '--json']);
  expect(code).toBe(0);
  expect(lastLine(stdout)).toMatchObject({ ok: true });
});

it('help and version go to stdout and are not failures', () => {
  expect(meanfield(['--help'])).toMatchObject({ code: 0, stderr: '' });
  expect(meanfield(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  expect(meanfield([]).stdout).toMatch(/^Usage: meanfield/);
});

it('analyse prints the deciding numbers, writes its page, and the report links to it', () => {
  const few = ['--images', '40', '--gradient-images', '6', '--draws', '2', '--threads', '1'];
  const { code, stdout } = meanfield(['analyse', run, ...few]);
  expect(code).toBe(0);
  for (const what of ['mean path length by count', 'error in %, trained order', 'diagonal of G'])
    expect(stdout).toContain(what);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('href="analysis.html"');
  const output = join(root, 'elsewhere');
  const asJson = meanfield(['analyse', run, ...few, '--output', output, '--json']);
  expect(lastLine(asJson.stdout)).toMatchObject({ ok: true, images: 40, gradientImages: 6 });
  expect(readdirSync(output).sort()).toEqual(['analysis.html', 'analysis.json']);
  expect(meanfield(['analyse', join(root, 'nothing')]).code).toBe(2);
});
