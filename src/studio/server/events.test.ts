import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeFakeRun } from '../../runs/fake-run.ts';
import {
  type RowsEvent,
  type RunDetail,
  type RunList,
  routes,
  type StatusEvent,
  type StepsEvent,
} from '../protocol/index.ts';
import { ask, errorOf, startFakeStudio } from './fake-page.ts';
import type { Studio } from './studio.ts';
import { temporaryFolder } from '../../test-folder.ts';

let root: string;
let studio: Studio;
const streams: IncomingMessage[] = [];
beforeEach(async () => {
  root = temporaryFolder();
  studio = await startFakeStudio(root);
});
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy();
  await studio.close();
});

interface Event {
  readonly event: string;
  readonly data: unknown;
  readonly id: string | undefined;
}

interface Stream {
  readonly status: number;
  /** The next event with this name. */
  next(name: string): Promise<Event>;
  readonly comments: string[];
  /** Number of received events not yet consumed. */
  readonly waiting: () => number;
  readonly ended: Promise<unknown>;
  close(): void;
}

/** Reads an event stream as a browser does. */
async function listen(path: string, headers: Record<string, string> = {}): Promise<Stream> {
  const [response] = (await once(
    get({ host: '127.0.0.1', port: studio.port, path: `/${path}`, headers }),
    'response',
  )) as [IncomingMessage];
  streams.push(response);
  response.setEncoding('utf8');
  response.on('error', () => undefined);
  const events: Event[] = [];
  const comments: string[] = [];
  let text = '';
  response.on('data', (part: string) => {
    text += part;
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const lines = text.slice(0, end).split('\n');
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      if (lines[0]?.startsWith(':')) comments.push(lines[0]);
      else
        events.push({
          event: field('event') ?? '',
          data: JSON.parse(field('data') ?? 'null'),
          id: field('id'),
        });
    }
  });
  return {
    status: response.statusCode ?? 0,
    comments,
    waiting: () => events.length,
    ended: once(response, 'close'),
    async next(name) {
      const find = (): number => events.findIndex(({ event }) => event === name);
      await expect.poll(find, { timeout: 10_000 }).toBeGreaterThanOrEqual(0);
      return events.splice(find(), 1)[0]!;
    },
    close: () => response.destroy(),
  };
}

const line = (step: number): string =>
  `${JSON.stringify({ step, epoch: 0, loss: 1 / step, error: 50, lr: 0.1, imagesPerSecond: 900, seconds: step })}\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i)).join('');
const swap = (step: number, stage: string): string =>
  `${JSON.stringify({ step, epoch: 0, stage, before: [0, 1], after: [1, 0], pairs: [[0, 1]] })}\n`;

function writeRun(name: string, steps: number): string {
  const dir = writeFakeRun(root, { name, epochs: 1, stepsPerEpoch: 9, stopAt: 3 });
  writeFileSync(join(dir, 'metrics.jsonl'), lines(1, steps));
  writeFileSync(join(dir, 'swaps.jsonl'), '');
  return dir;
}

function writeStatus(dir: string, changes: object): void {
  const now = new Date().toISOString();
  const status = {
    pid: 1,
    host: 'elsewhere',
    state: 'running',
    heartbeat: now,
    started: now,
    step: 1,
    epoch: 0,
    totalSteps: 9,
  };
  writeFileSync(join(dir, '.new'), JSON.stringify({ ...status, ...changes }));
  renameSync(join(dir, '.new'), join(dir, 'status.json'));
}

const steps = ({ data }: Event): StepsEvent => data as StepsEvent;
const rows = ({ data }: Event): RowsEvent => data as RowsEvent;
const status = ({ data }: Event): StatusEvent => data as StatusEvent;

it('sends changed rows, and after a reconnect exactly the missed ones', async () => {
  const dir = writeRun('a', 3);
  writeRun('b', 3);
  const { revision } = JSON.parse((await ask(studio.port, '/api/runs')).text) as RunList;
  const stream = await listen(routes.events(revision));
  writeStatus(dir, { step: 2 });
  const first = await stream.next('rows');
  expect(rows(first)).toMatchObject({
    whole: false,
    changed: [{ id: 'a', step: 3, state: 'running' }],
    gone: [],
  });
  expect(first.id).toBe(String(rows(first).revision));
  stream.close();
  rmSync(join(root, 'b'), { recursive: true });
  cpSync(join(root, 'a'), join(root, 'c'), { recursive: true });
  // A browser reopens the same URL and adds the last event id.
  const again = await listen(routes.events(revision), { 'last-event-id': first.id ?? '' });
  const missed = rows(await again.next('rows'));
  expect([missed.changed.map(({ id }) => id), missed.gone, missed.whole]).toEqual([['c'], ['b'], false]);
});

it('a page from another server, or without a revision, gets the whole list', async () => {
  writeRun('a', 3);
  for (const revision of [0, 12]) {
    const stream = await listen(routes.events(revision));
    expect(rows(await stream.next('rows'))).toMatchObject({ whole: true, changed: [{ id: 'a' }] });
    stream.close();
  }
});

it('sends new steps, and after a reconnect each missed step exactly once', async () => {
  const dir = writeRun('a', 10);
  const stream = await listen(routes.runEvents('a', 3));
  const first = await stream.next('steps');
  expect([steps(first).step, steps(first).after, first.id]).toEqual([[4, 5, 6, 7, 8, 9, 10], 3, '10']);
  appendFileSync(join(dir, 'metrics.jsonl'), lines(11, 12) + line(13).slice(0, 30));
  const second = await stream.next('steps');
  expect([steps(second).step, steps(second).after]).toEqual([[11, 12], 10]);
  stream.close();
  appendFileSync(join(dir, 'metrics.jsonl'), line(13).slice(30) + lines(14, 15));
  const again = await listen(routes.runEvents('a', 3), { 'last-event-id': second.id ?? '' });
  const missed = await again.next('steps');
  expect(steps(missed)).toMatchObject({
    step: [13, 14, 15],
    after: 12,
    lastStep: 15,
    loss: [1 / 13, 1 / 14, 1 / 15],
  });
});

it('sends a large gap as one event of bounded size that ends at the last step', async () => {
  writeRun('a', 20_000);
  const { step, total, lastStep } = steps(await (await listen(routes.runEvents('a', 0))).next('steps'));
  expect([step.length, step.at(-1), total, lastStep]).toEqual([2000, 20_000, 20_000, 20_000]);
});

it('sends the state, the epochs, and each swap once, also for two swaps in one step', async () => {
  const dir = writeRun('a', 10);
  writeFileSync(join(dir, 'swaps.jsonl'), swap(2, 'layer1') + swap(8, 'layer1'));
  const stream = await listen(routes.runEvents('a', 5));
  const first = status(await stream.next('status'));
  expect(first.row.id).toBe('a');
  expect(first.swaps.map(({ step, stage }) => [step, stage])).toEqual([[8, 'layer1']]);
  appendFileSync(join(dir, 'swaps.jsonl'), swap(11, 'layer1'));
  expect(status(await stream.next('status')).swaps.map(({ stage }) => stage)).toEqual(['layer1']);
  appendFileSync(join(dir, 'swaps.jsonl'), swap(11, 'layer2'));
  expect(status(await stream.next('status')).swaps.map(({ stage }) => stage)).toEqual(['layer2']);
  writeStatus(dir, { state: 'failed', message: 'x' });
  expect(status(await stream.next('status'))).toMatchObject({ row: { state: 'failed' }, swaps: [] });
});

it('resends a run that was truncated and then continued', async () => {
  const dir = writeRun('a', 10);
  const stream = await listen(routes.runEvents('a', 10));
  await stream.next('status');
  writeFileSync(join(dir, 'metrics.jsonl'), lines(1, 6));
  expect(steps(await stream.next('steps'))).toMatchObject({ after: 0, step: [1, 2, 3, 4, 5, 6] });
  const late = await listen(routes.runEvents('a', 10));
  expect(steps(await late.next('steps'))).toMatchObject({ after: 0, lastStep: 6 });
});

it('resends the swaps of a truncated run after its steps', async () => {
  const dir = writeRun('a', 10);
  writeFileSync(join(dir, 'swaps.jsonl'), swap(2, 'layer1') + swap(8, 'layer1'));
  const stream = await listen(routes.runEvents('a', 10));
  expect(status(await stream.next('status')).swaps).toEqual([]);
  writeFileSync(join(dir, 'swaps.jsonl'), swap(2, 'layer1'));
  writeFileSync(join(dir, 'metrics.jsonl'), lines(1, 6));
  await stream.next('steps');
  expect(status(await stream.next('status')).swaps.map(({ step }) => step)).toEqual([2]);
});

it('announces new and rewritten pages and checkpoints', async () => {
  const dir = writeRun('a', 3);
  const stream = await listen(routes.runEvents('a', 3));
  const stamps = [status(await stream.next('status')).stamp];
  const next = async (): Promise<void> => {
    stamps.push(status(await stream.next('status')).stamp);
  };
  writeFileSync(join(dir, 'report.html'), 'r');
  await next();
  mkdirSync(join(dir, 'checkpoints', 'last'), { recursive: true });
  await next();
  rmSync(join(dir, 'checkpoints', 'last'), { recursive: true });
  mkdirSync(join(dir, 'checkpoints', 'last'));
  await next();
  expect(new Set(stamps).size).toBe(4);
  const detail = JSON.parse((await ask(studio.port, `/${routes.run('a')}`)).text) as RunDetail;
  expect(detail.stamp).toBe(stamps.at(-1));
});

it('announces a deleted run and ends its stream', async () => {
  const dir = writeRun('a', 3);
  const stream = await listen(routes.runEvents('a', 0));
  await stream.next('status');
  rmSync(dir, { recursive: true });
  expect((await stream.next('gone')).data).toEqual({
    error: expect.stringMatching(/a.*moved or deleted/) as string,
  });
  await stream.ended;
  expect((await listen(routes.runEvents('a', 0))).status).toBe(404);
});

it('reports a run killed with SIGKILL as crashed', async () => {
  const dir = writeRun('a', 3);
  mkdirSync(join(dir, 'checkpoints', 'last'), { recursive: true });
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  writeStatus(dir, { pid: child.pid, host: hostname() });
  const list = await listen(routes.events(0));
  const run = await listen(routes.runEvents('a', 3));
  expect(rows(await list.next('rows')).changed[0]?.state).toBe('running');
  await run.next('status');
  child.kill('SIGKILL');
  expect(rows(await list.next('rows')).changed[0]).toMatchObject({ state: 'crashed', resumable: true });
  expect(status(await run.next('status')).row.state).toBe('crashed');
});

it('refuses streams beyond the limit with a clear message and keeps serving', async () => {
  writeRun('a', 3);
  const bound = 64;
  const opened = await Promise.all(
    Array.from({ length: bound }, (_, i) => listen(i % 2 ? routes.events(0) : routes.runEvents('a', 0))),
  );
  expect(opened.every((stream) => stream.status === 200)).toBe(true);
  let refused = 0;
  for (let block = 0; block < 20; block++) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => ask(studio.port, `/${routes.events(0)}`)),
    );
    refused += answers.filter(({ status: code }) => code === 503).length;
    expect(errorOf(answers[0]!)).toMatch(/too many event streams are open \(64\): close other pages/);
    expect(answers[0]?.headers['retry-after']).toBe('10');
  }
  expect(refused).toBe(2000);
  expect((await ask(studio.port, '/api/runs')).status).toBe(200);
  await opened[1]!.next('rows');
  for (const stream of opened) stream.close();
  await expect
    .poll(async () => {
      const stream = await listen(routes.events(0));
      stream.close();
      return stream.status;
    })
    .toBe(200);
});

it('refuses HEAD requests for a stream and does not count them', async () => {
  for (let i = 0; i < 70; i++)
    expect((await ask(studio.port, '/api/events', { method: 'HEAD' })).status).toBe(405);
  expect((await listen(routes.events(0))).status).toBe(200);
});

it('sends only keep-alive comments while nothing happens', async () => {
  await studio.close();
  studio = await startFakeStudio(root, { keepAlive: 1 });
  const stream = await listen(routes.events(0));
  await stream.next('rows');
  await expect
    .poll(() => stream.comments.filter((comment) => comment === ': here').length, { timeout: 5000 })
    .toBeGreaterThan(1);
  expect(stream.waiting()).toBe(0);
});

it('answers a missing run or an invalid step with an error, not a stream', async () => {
  expect((await listen(routes.runEvents('none', 0))).status).toBe(404);
  expect((await listen('api/events?revision=x')).status).toBe(400);
});
