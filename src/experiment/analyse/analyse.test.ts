import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { writeAnalysis, writeReport } from '../../report/index.ts';
import type { Analysis } from '../../runs/index.ts';
import { liveTensorCount } from '../../tensor/index.ts';
import { resolveConfig, type SessionResult, startRun, type TrainOptions } from '../../train/index.ts';
import { analyse, type AnalyseOptions } from './analyse.ts';
import { measureBlockGradient } from './block-gradient.ts';
import { measureCostate } from './costate.ts';
import { type Deletion, measureDeletion } from './deletion.ts';
import { fakeNet } from './fake-net.ts';
import { measureNeighbours } from './neighbours.ts';
import { measurePaths } from './path-lengths.ts';
import { measurePermutation, type Permutation } from './permutation.ts';
import { measureStepGradient } from './step-gradient.ts';
import { temporaryFolder } from '../../test-folder.ts';

const root = temporaryFolder();
let trained: SessionResult;
let analysis: Analysis;

const options: AnalyseOptions = {
  images: 512,
  gradientImages: 20,
  draws: 4,
  seed: 1,
  checkpoint: 'last',
};

const train = (name: string, settings: TrainOptions = {}): Promise<SessionResult> =>
  startRun(
    resolveConfig({
      dataset: 'synthetic-images',
      model: 'resnet14',
      width: 4,
      epochs: 1,
      batchSize: 32,
      limitTrainBatches: 6,
      threads: 1,
      ...settings,
    }),
    { root, name },
  );

beforeAll(async () => {
  trained = await train('run');
  analysis = await analyse(trained.dir, options);
});

const sectionOf = (id: string): Analysis['sections'][number] =>
  analysis.sections.find((one) => one.id === id)!;

it('the whole net has the final error and loss of the training', () => {
  const { testError, testLoss } = trained.result!;
  const deletion = analysis.measurements.deletion as Deletion;
  const permutation = analysis.measurements.permutation as Permutation;
  expect(analysis.images).toBe(512);
  for (const { whole } of [deletion, permutation]) {
    expect(whole.error).toBeCloseTo(testError, 10);
    expect(whole.loss).toBeCloseTo(testLoss, 5);
  }
  // No deletion, and the identity permutation.
  expect(deletion.several[0]).toMatchObject({ deleted: 0, all: true });
  expect(deletion.several[0]!.error.mean).toBe(deletion.whole.error);
  expect(permutation.orders[0]!.error.mean).toBe(permutation.whole.error);
});

it('identities hold, and every measurement has its section and its numbers', () => {
  expect(analysis.sections.map(({ id }) => id)).toEqual(Object.keys(analysis.measurements));
  const checks = analysis.sections.flatMap((one) => one.checks);
  expect(checks.length).toBeGreaterThan(2);
  expect(checks.filter(({ pass }) => !pass)).toEqual([]);
  for (const { reported } of analysis.sections)
    for (const [name, value] of Object.entries(reported)) expect(Number.isFinite(value), name).toBe(true);
  // One exchangeable block in stages 2 and 3, two in stage 1.
  expect(analysis.stages.map(({ order }) => order.length)).toEqual([2, 1, 1]);
  expect(sectionOf('step-gradient').heatMaps.map(({ values }) => values.length)).toEqual([2, 1, 1]);
});

it('the same seed gives the same numbers', async () => {
  const again = await analyse(trained.dir, options);
  expect(again.measurements).toEqual(analysis.measurements);
});

it('no measurement leaks a tensor', () => {
  const { net, batch } = fakeNet();
  const draws = { draws: 3, seed: 1 };
  const measures: readonly (() => unknown)[] = [
    () => measureDeletion(net, [batch], draws),
    () => measurePermutation(net, [batch], draws),
    () => measurePaths(net, [batch], draws),
    () => measureBlockGradient(net, [batch]),
    () => measureCostate(net, [batch], 1),
    () => measureNeighbours(net, net, batch),
    () => measureStepGradient(net, [batch]),
  ];
  for (const measure of measures) {
    const before = liveTensorCount();
    measure();
    expect(liveTensorCount(), String(measure)).toBeLessThanOrEqual(before);
  }
});

it('the page is self-contained and holds every figure, and the run’s report links to it', async () => {
  const { html, json } = writeAnalysis(analysis, trained.dir);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(analysis)));
  const page = readFileSync(html, 'utf8');
  const figures = analysis.sections.flatMap(({ panels, heatMaps }) => [...panels, ...heatMaps]);
  expect(page.split('role="img"').length - 1).toBe(figures.length);
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  expect(page).not.toContain('NaN');
  expect(page).toContain('holds (identity)');
  expect(page).not.toContain('a bug in the program');
  const report = join(root, 'report.html');
  await writeReport([trained.dir], { html: report });
  expect(readFileSync(report, 'utf8')).toContain('href="run/analysis.html"');
});

it.each([
  ['vanilla', { scheme: 'vanilla', model: 'preresnet14' }],
  ['without exchangeable blocks in stages 2 and 3', { model: 'resnet8' }],
  ['in f64', { dtype: 'f64', model: 'resnet8', scheme: 'learned-step' }],
] as const)('%s nets are analysed', async (name, settings) => {
  const { dir } = await train(name, { ...settings, limitTrainBatches: 2 });
  const other = await analyse(dir, { ...options, images: 40, gradientImages: 50 });
  expect(other.gradientImages).toBe(40);
  expect(other.sections.flatMap(({ checks }) => checks).every(({ pass }) => pass)).toBe(true);
  const { html } = writeAnalysis(other, dir);
  expect(readFileSync(html, 'utf8')).not.toContain('NaN');
});

it('what cannot be analysed is refused', async () => {
  const { dir } = await train('intervals', { scheme: 'intervals', limitTrainBatches: 1 });
  await expect(analyse(dir, options)).rejects.toThrow(UsageError);
  await expect(analyse(dir, options)).rejects.toThrow('may overlap');
  expect(existsSync(join(dir, 'analysis.json'))).toBe(false);
  await expect(analyse(trained.dir, { ...options, images: 0 })).rejects.toThrow('images');
  await expect(analyse(root, options)).rejects.toThrow('holds run folders; give one of them');
});
