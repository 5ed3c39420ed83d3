import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SwapRecord } from '../../../runs/index.ts';
import type { RunListener } from '../source/source.ts';
import { fakeCurves, fakeRow } from '../fake-row.ts';
import { fakeDetail, type FakeSource, fakeSource } from '../fake-source.ts';
import { FollowedRun } from './run-data.ts';

const swap = (step: number): SwapRecord => ({
  step,
  epoch: 0,
  stage: 'layer1',
  before: [0, 1],
  after: [1, 0],
  pairs: [[0, 1]],
});
const row = fakeRow({ name: 'a', state: 'running', final: false });
const epoch = (number: number): never => ({ epoch: number }) as never;

let source: FakeSource;
let run: FollowedRun;
let stop: () => void;
beforeEach(async () => {
  vi.useFakeTimers();
  source = fakeSource();
  source.answers.run = () => Promise.resolve(fakeDetail(row, { epochs: [epoch(0), epoch(1)] }));
  source.answers.curves = fakeCurves([1, 2, 3, 4]);
  source.answers.swaps = [swap(2), swap(4)];
  run = new FollowedRun('a', source);
  stop = run.follow();
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => {
  stop();
  expect(source.runStreams.size).toBe(0);
  vi.useRealTimers();
});

const stream = (): RunListener => {
  expect(source.runStreams.size).toBe(1);
  return [...source.runStreams][0]!.listener;
};
const stepsOf = (): readonly number[] => run.curves.value!.step;
const swapSteps = (): number[] => run.swaps.value.map(({ step }) => step);

it('streamed steps follow those read before', () => {
  expect([...source.runStreams][0]!.after).toBe(4);
  stream().steps({ ...fakeCurves([5, 6]), after: 4 });
  stream().status({ row: { ...row, swaps: 3 }, stamp: '', epochs: [epoch(0)], swaps: [swap(4), swap(6)] });
  expect([stepsOf(), swapSteps(), run.swapTotal.value]).toEqual([[1, 2, 3, 4, 5, 6], [2, 4, 6], 3]);
});

it('drops the removed steps and swaps of a truncated run', () => {
  stream().steps({ ...fakeCurves([1, 2]), after: 0 });
  stream().status({ row: { ...row, swaps: 1 }, stamp: '', epochs: [epoch(0)], swaps: [swap(2)] });
  expect([stepsOf(), run.curves.value!.total, swapSteps(), run.swapTotal.value]).toEqual([[1, 2], 2, [2], 1]);
  expect(run.detail.value!.epochs).toEqual([epoch(0)]);
});

it('a restarted run is empty until its first step', () => {
  stream().steps({ ...fakeCurves([]), after: 0 });
  expect([stepsOf(), run.curves.value!.lastStep, swapSteps()]).toEqual([[], 0, []]);
});

it('reads everything again after the stream was lost, since the run may have been replaced', async () => {
  source.answers.curves = fakeCurves([1, 2]);
  source.answers.swaps = [];
  stream().missed();
  await vi.advanceTimersByTimeAsync(0);
  expect([stepsOf(), swapSteps(), [...source.runStreams][0]!.after]).toEqual([[1, 2], [], 2]);
});

it('reports a removed run, and shows it again when it is back', async () => {
  stream().gone('no run "a"');
  expect([run.gone.value, run.failure.value, source.runStreams.size]).toEqual([true, 'no run "a"', 0]);
  source.answers.run = () => Promise.reject(new Error('no run "a"'));
  await vi.advanceTimersByTimeAsync(4000);
  expect([run.gone.value, stepsOf()]).toEqual([true, [1, 2, 3, 4]]);
  source.answers.run = () => Promise.resolve(fakeDetail(row));
  await vi.advanceTimersByTimeAsync(4000);
  expect([run.gone.value, run.failure.value, source.runStreams.size]).toEqual([false, undefined, 1]);
});

it('reads the detail again on a new page, checkpoint or state', async () => {
  const detail = fakeDetail(row, { stamp: 's', checkpoints: ['last'] });
  source.answers.run = () => Promise.resolve(detail);
  stream().status({ row, stamp: 's', epochs: [], swaps: [] });
  await vi.advanceTimersByTimeAsync(0);
  expect(run.detail.value).toBe(detail);
});

it('opens no stream for data that arrives after the view was left', async () => {
  stop();
  let answer: (() => void) | undefined;
  source.answers.run = () =>
    new Promise((resolve) => {
      answer = () => {
        resolve(fakeDetail(row));
      };
    });
  const end = run.follow();
  end();
  answer!();
  await vi.advanceTimersByTimeAsync(0);
  expect(source.runStreams.size).toBe(0);
});
