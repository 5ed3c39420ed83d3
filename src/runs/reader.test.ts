import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { listRuns, readRecords, readRun, RunWriter, stepSchema } from './index.ts';
import { resultSchema } from './schemas.ts';
import { temporaryFolder } from '../test-folder.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

function writeRun(name: string, steps: number, swapsAt: readonly number[] = []): string {
  const writer = RunWriter.create(root, name);
  writer.config({ model: 'resnet20', lr: 0.1 });
  for (let step = 1; step <= steps; step++)
    writer.step({ step, epoch: 0, loss: 1 / step, error: 50, lr: 0.1, imagesPerSecond: 900, seconds: step });
  for (const step of swapsAt)
    writer.swap({ step, epoch: 0, stage: 'layer1', before: [0, 1], after: [1, 0], pairs: [[0, 1]] });
  writer.close();
  return writer.dir;
}

it('the error of a class without test images is absent, also in a record of an earlier version', () => {
  const result = {
    ...{ model: 'resnet20', scheme: 'vanilla', seed: 1, dataset: 'image-folder', testError: 50, testLoss: 1 },
    ...{ trainLoss: 1, epochs: 1, steps: 1, seconds: 1, secondsPerEpoch: [1], swaps: 0, parameters: 1 },
    ...{ finalSteps: {}, classes: ['ant', 'bee', 'fly'] },
    confusion: [
      [1, 1, 0],
      [0, 0, 0],
      [0, 0, 2],
    ],
  };
  for (const perClassError of [
    [50, 0, 0],
    [50, null, 0],
  ])
    expect(resultSchema.parse({ ...result, perClassError }).perClassError).toEqual([50, null, 0]);
});

it('samples few of many steps evenly, with the first, the last and the swaps', async () => {
  const dir = writeRun('long', 5003, [1234, 1235]);
  const { steps } = await readRun(dir).data({ maxPoints: 100 });
  const read = steps.map(({ step }) => step);
  expect(read.length).toBeGreaterThanOrEqual(100);
  expect(read.length).toBeLessThanOrEqual(102);
  expect([read[0], read.at(-1)]).toEqual([1, 5003]);
  expect(read).toContain(1234);
  expect(read).toContain(1235);
  const gaps = read.slice(1).map((step, i) => step - (read[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(0);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(52);
});

it.each([1, 2, 3, 99, 100, 101, 150, 199, 200, 201])(
  'reads at most 100 of %i steps, and never none',
  async (count) => {
    const { records } = await readRecords(join(writeRun('r', count), 'metrics.jsonl'), stepSchema, {
      maxPoints: 100,
    });
    expect(records.length).toBeLessThanOrEqual(100);
    expect(records.length).toBe(Math.min(count, 100));
    expect(records.at(-1)?.step).toBe(count);
  },
);

it('follows a growing file from where it stopped, past a partial line', async () => {
  const file = join(writeRun('grow', 3), 'metrics.jsonl');
  const lines = readFileSync(file, 'utf8');
  const line = (step: number): string => lines.split('\n')[0]?.replace('"step":1', `"step":${step}`) ?? '';
  appendFileSync(file, line(4).slice(0, 20));
  const first = await readRecords(file, stepSchema);
  expect(first.records.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(first.problems).toEqual(['the last line is truncated and was skipped']);
  appendFileSync(file, `${line(4).slice(20)}\n${line(5)}\n`);
  const second = await readRecords(file, stepSchema, { from: first.next });
  expect(second.records.map(({ step }) => step)).toEqual([4, 5]);
});

it('reads lines longer than a chunk, and characters that cross chunk boundaries', async () => {
  const dir = writeRun('wide', 1);
  const config = { step: 2, epoch: 0, stage: 'é'.repeat(400_000), before: [], after: [], pairs: [] };
  writeFileSync(
    join(dir, 'swaps.jsonl'),
    `${JSON.stringify(config)}\n${JSON.stringify({ ...config, step: 3 })}\n`,
  );
  const swaps = await readRun(dir).swaps();
  expect(swaps.map(({ step, stage }) => [step, stage === config.stage])).toEqual([
    [2, true],
    [3, true],
  ]);
});

it('reports damage once, and returns the rest', async () => {
  const dir = writeRun('damaged', 3, [2]);
  const metrics = join(dir, 'metrics.jsonl');
  const [one, two, three] = readFileSync(metrics, 'utf8').split('\n');
  writeFileSync(metrics, `${one}\n{"step":2,"loss":"high"}\n${two}\n\0\0\0\n${three}\n{"step":4,"ep`);
  writeFileSync(join(dir, 'config.yaml'), 'a: [1\n');
  writeFileSync(join(dir, 'env.json'), '{"node": ');
  writeFileSync(join(dir, 'status.json'), '{"pid": "one"}');
  writeFileSync(join(dir, 'result.json'), '[]');
  writeFileSync(join(dir, 'summary.csv'), 'epoch,train_loss\n0,1.5\nx,y\n1,');
  const run = readRun(dir);
  await run.data();
  const data = await run.data();
  expect(data.steps.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(data.swaps).toHaveLength(1);
  expect(data.epochs).toEqual([{ epoch: 0, trainLoss: 1.5 }]);
  for (const key of ['config', 'environment', 'status', 'result'] as const) expect(data[key]).toBeUndefined();
  const files = data.problems.map((problem) => problem.split(':')[0] ?? '').sort();
  expect(files).toEqual([
    'config.yaml',
    'env.json',
    'metrics.jsonl',
    'metrics.jsonl',
    'result.json',
    'status.json',
    'summary.csv',
    'summary.csv',
  ]);
  expect(data.problems.join()).not.toContain(root);
  expect(data.problems).toContain(
    'metrics.jsonl: 2 lines cannot be read and were skipped, the first is line 2',
  );
});

it('an empty folder, and a missing one, are reported and do not throw', async () => {
  mkdirSync(join(root, 'empty'));
  const empty = await readRun(join(root, 'empty')).data();
  expect(empty.problems).toEqual([
    'metrics.jsonl is missing',
    'config.yaml is missing',
    'status.json is missing',
  ]);
  const gone = await readRun(join(root, 'gone')).data();
  expect(gone.problems).toEqual([`${join(root, 'gone')} is missing`]);
});

it('a run in progress with few steps has no problems', async () => {
  const writer = RunWriter.create(root, 'young');
  writer.config({});
  expect((await readRun(writer.dir).data()).problems).toEqual([]);
  writer.close();
});

it('lists only run folders, oldest first', () => {
  writeRun('20260102-000000-b', 1);
  writeRun('20260101-000000-a', 1);
  mkdirSync(join(root, 'other'));
  writeFileSync(join(root, 'notes.txt'), '');
  expect(listRuns(root).map(({ name }) => name)).toEqual(['20260101-000000-a', '20260102-000000-b']);
  expect(listRuns(join(root, 'none'))).toEqual([]);
});
