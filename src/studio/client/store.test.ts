import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunList } from '../protocol/index.ts';
import { fakeRow } from './fake-row.ts';
import { type FakeSource, fakeSource } from './fake-source.ts';
import type { Stop } from './source/source.ts';
import { holdRuns, provideSource, runs, runsFailure } from './store.ts';

const list = (...names: string[]): RunList => ({
  root: 'runs',
  revision: 1,
  runs: names.map((name) => fakeRow({ name })),
  configurations: {},
  problems: [],
  grids: [],
});

let source: FakeSource;
const held: Stop[] = [];
const hold = (): Stop => {
  const stop = holdRuns();
  held.push(stop);
  return stop;
};
beforeEach(() => {
  vi.useFakeTimers();
  source = fakeSource();
  source.answers.list = () => Promise.resolve(list('a'));
  provideSource(source);
});
afterEach(() => {
  for (const stop of held.splice(0)) stop();
  vi.useRealTimers();
});

it('all holders share one stream, and the last one ends it', async () => {
  const [first, second] = [hold(), hold()];
  await vi.advanceTimersByTimeAsync(0);
  expect([source.listStreams.size, [...runs.value!.rows.keys()]]).toEqual([1, ['a']]);
  first();
  first();
  expect(source.listStreams.size).toBe(1);
  second();
  expect(source.listStreams.size).toBe(0);
});

it('a late list of an earlier subscription opens no second stream', async () => {
  const late: ((list: RunList) => void)[] = [];
  source.answers.list = () => new Promise((resolve) => late.push(resolve));
  const first = hold();
  first();
  hold();
  expect(late).toHaveLength(2);
  late[1]!(list('new'));
  await vi.advanceTimersByTimeAsync(0);
  late[0]!(list('old'));
  await vi.advanceTimersByTimeAsync(0);
  expect([source.listStreams.size, [...runs.value!.rows.keys()]]).toEqual([1, ['new']]);
});

it('after missed events the list is read again, and one stream remains', async () => {
  hold();
  await vi.advanceTimersByTimeAsync(0);
  const [stream] = source.listStreams;
  source.answers.list = () => Promise.resolve(list('a', 'b'));
  stream!.missed();
  // An ended stream might still call it.
  stream!.missed();
  await vi.advanceTimersByTimeAsync(0);
  expect([source.listStreams.size, runs.value!.rows.size]).toEqual([1, 2]);
});

it('retries a list that cannot be read while it is held', async () => {
  source.answers.list = () => Promise.reject(new Error('no answer'));
  const stop = hold();
  await vi.advanceTimersByTimeAsync(0);
  expect(runsFailure.value).toBe('no answer');
  source.answers.list = () => Promise.resolve(list('a'));
  await vi.advanceTimersByTimeAsync(3000);
  expect([runsFailure.value, source.listStreams.size]).toEqual([undefined, 1]);
  stop();
});
