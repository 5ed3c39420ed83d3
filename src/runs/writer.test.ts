import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import { readRun, type RunResult, RunWriter, type StepRecord, type SwapRecord } from './index.ts';
import { processMark } from '../processes/index.ts';
import { temporaryFolder } from '../test-folder.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

const stepsPerEpoch = 10;

function stepRecord(step: number): StepRecord {
  const epoch = Math.floor((step - 1) / stepsPerEpoch);
  return {
    step,
    epoch,
    loss: 2 / step,
    error: 90 / step,
    lr: 0.1,
    imagesPerSecond: 1000,
    seconds: step / 7,
    stages: { layer1: { tau: [1 + step / 3, 2] } },
  };
}

const swapRecord = (step: number): SwapRecord => ({
  step,
  epoch: Math.floor((step - 1) / stepsPerEpoch),
  stage: 'layer1',
  before: [0, 1],
  after: [1, 0],
  pairs: [[0, 1]],
});

/** Writes the steps from `from` to `to`: a swap every third step, an epoch every tenth. */
function train(writer: RunWriter, from: number, to: number): void {
  for (let step = from; step <= to; step++) {
    writer.step(stepRecord(step));
    if (step % 3 === 0) writer.swap(swapRecord(step));
    if (step % stepsPerEpoch === 0)
      writer.epoch({ epoch: step / stepsPerEpoch - 1, trainLoss: 1 / step, evalError: 30 / step });
  }
}

const logs = (dir: string): string[] =>
  ['metrics.jsonl', 'swaps.jsonl', 'summary.csv'].map((name) => readFileSync(join(dir, name), 'utf8'));

const result: RunResult = {
  model: 'resnet20',
  scheme: 'mean-field',
  seed: 1,
  dataset: 'fashion-mnist',
  testError: 8,
  testLoss: 0.3,
  top5Error: 0.4,
  trainLoss: 0.2,
  epochs: 1,
  steps: 10,
  seconds: 2,
  secondsPerEpoch: [2],
  swaps: 3,
  parameters: 10,
  finalSteps: { layer1: { order: [0], tau: [1], steps: [1] } },
  confusion: [[1]],
  perClassError: [0],
  classes: ['a'],
};

it('gives runs of the same name different folders', () => {
  const names = [1, 2, 3].map(() => {
    const writer = RunWriter.create(root, 'run');
    writer.close();
    return writer.name;
  });
  expect(names).toEqual(['run', 'run-2', 'run-3']);
});

it.each([
  { checkpoint: 10, killed: 17, epochs: 1 },
  { checkpoint: 15, killed: 15, epochs: 1 },
  { checkpoint: 15, killed: 29, epochs: 1 },
  { checkpoint: 20, killed: 20, epochs: 2 },
  { checkpoint: 9, killed: 10, epochs: 0 },
  { checkpoint: 0, killed: 4, epochs: 0 },
])(
  'a run killed at step $killed and resumed at $checkpoint leaves the same files as an uninterrupted one',
  (at) => {
    const whole = RunWriter.create(root, 'whole');
    train(whole, 1, 40);
    whole.close();
    const killed = RunWriter.create(root, 'killed');
    train(killed, 1, at.killed);
    // No close: the process is gone.
    const resumed = RunWriter.resume(killed.dir, at.checkpoint, at.epochs);
    expect(resumed.problems).toEqual([]);
    train(resumed, at.checkpoint + 1, 40);
    resumed.close();
    expect(logs(resumed.dir)).toEqual(logs(whole.dir));
  },
);

it('resume drops a torn last line, wherever it is torn', () => {
  const whole = RunWriter.create(root, 'whole');
  train(whole, 1, 12);
  whole.close();
  for (const tail of ['{"step":13,"epo', '{"step":13}', '{"step":1', '\0\0\0\0', '\0\0\n', 'x']) {
    const torn = RunWriter.create(root, 'torn');
    train(torn, 1, 12);
    torn.close();
    for (const name of ['metrics.jsonl', 'swaps.jsonl', 'summary.csv'])
      appendFileSync(join(torn.dir, name), tail);
    RunWriter.resume(torn.dir, 12, 1).close();
    expect(logs(torn.dir), JSON.stringify(tail)).toEqual(logs(whole.dir));
  }
});

it('resume reports missing records before the checkpoint', () => {
  const writer = RunWriter.create(root, 'lost');
  train(writer, 1, 12);
  writer.close();
  truncateSync(join(writer.dir, 'metrics.jsonl'), 50);
  writeFileSync(join(writer.dir, 'summary.csv'), '');
  const resumed = RunWriter.resume(writer.dir, 12, 1);
  resumed.close();
  expect(resumed.problems).toEqual([
    'metrics.jsonl ends at step 0, the checkpoint is at step 12: the curves have a gap',
    'summary.csv has 0 of the 1 epochs before the checkpoint',
  ]);
});

it('resume removes the result of the dropped records, and half-written files of a kill', () => {
  const writer = RunWriter.create(root, 'done');
  writer.result(result);
  writer.finish('finished', { exitCode: 0 });
  writeFileSync(join(writer.dir, '.status.json.new-123'), '{');
  RunWriter.resume(writer.dir, 0, 0).close();
  expect(existsSync(join(writer.dir, 'result.json'))).toBe(false);
  expect(existsSync(join(writer.dir, '.status.json.new-123'))).toBe(false);
});

it('resume refuses a missing folder', () => {
  expect(() => RunWriter.resume(join(root, 'none'), 0, 0)).toThrow(FileError);
});

it('writes the heartbeat at most every two seconds, and the end at once', () => {
  let now = Date.UTC(2026, 0, 1);
  const writer = RunWriter.create(root, 'beat', { now: () => now });
  const step = (): number | undefined => readRun(writer.dir).status()?.step;
  writer.heartbeat({ step: 1, epoch: 0, totalSteps: 9 });
  expect(step()).toBe(0);
  now += 1999;
  writer.heartbeat({ step: 2, epoch: 0, totalSteps: 9 });
  expect(step()).toBe(0);
  now += 1;
  writer.heartbeat({ step: 3, epoch: 0, totalSteps: 9 });
  expect(step()).toBe(3);
  writer.heartbeat({ step: 4, epoch: 0, totalSteps: 9 });
  writer.finish('diverged', { exitCode: 4, message: 'the loss became NaN' });
  expect(readRun(writer.dir).status()).toEqual({
    pid: process.pid,
    host: expect.any(String) as string,
    ...(processMark() && { process: processMark() }),
    state: 'diverged',
    started: '2026-01-01T00:00:00.000Z',
    heartbeat: '2026-01-01T00:00:02.000Z',
    step: 4,
    epoch: 0,
    totalSteps: 9,
    exitCode: 4,
    message: 'the loss became NaN',
  });
});

it('a record is in the file when the call returns, and reads back unchanged', async () => {
  const writer = RunWriter.create(root, 'run');
  const record = {
    ...stepRecord(1),
    loss: Number.NaN,
    stages: { layer1: { tau: [0.1 + 0.2, 1e-9], tauEnd: [1, 2] } },
  };
  writer.step(record);
  writer.swap({ ...swapRecord(1), ties: 2 });
  const run = readRun(writer.dir);
  expect(await run.steps()).toEqual([record]);
  expect(await run.swaps()).toEqual([{ ...swapRecord(1), ties: 2 }]);
  writer.close();
});

it('refuses records after close', () => {
  const writer = RunWriter.create(root, 'run');
  writer.close();
  expect(() => {
    writer.step(stepRecord(1));
  }).toThrow(FileError);
});

it('a run that continues under other conditions records the differences, once', () => {
  const conditions = { cpu: 'first', libtorch: '1.13', threads: 1, host: 'here' };
  const writer = RunWriter.create(root, 'run');
  writer.environment(conditions);
  writer.close();
  const goOn = (environment: Record<string, unknown>, step: number): unknown => {
    const resumed = RunWriter.resume(writer.dir, 0, 0);
    resumed.continued(environment, step);
    resumed.close();
    return readRun(writer.dir).environment();
  };
  expect(goOn({ ...conditions, host: 'there' }, 3)).toEqual(conditions);
  const moved = [{ step: 5, cpu: 'second' }];
  expect(goOn({ ...conditions, cpu: 'second' }, 5)).toEqual({ ...conditions, continued: moved });
  expect(goOn({ ...conditions, cpu: 'second' }, 7)).toEqual({ ...conditions, continued: moved });
  expect(goOn(conditions, 9)).toEqual({ ...conditions, continued: [...moved, { step: 9, cpu: 'first' }] });
});
