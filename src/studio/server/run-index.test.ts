import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { writeFakeRun } from '../../runs/fake-run.ts';
import type { RunStatus } from '../../runs/index.ts';
import { rootGrid, type RunRow } from '../protocol/index.ts';
import { RunIndex } from './run-index.ts';
import { temporaryFolder } from '../../test-folder.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

const small = { epochs: 2, stepsPerEpoch: 10 };

async function rowsOf(index: RunIndex): Promise<readonly RunRow[]> {
  await index.refresh();
  return index.list().runs;
}

async function rowOf(index: RunIndex, id: string): Promise<RunRow | undefined> {
  return (await rowsOf(index)).find((row) => row.id === id);
}

/** Writes a status with an unknown process and a fresh heartbeat. */
function writeStatus(dir: string, status: Partial<RunStatus>): void {
  const now = new Date().toISOString();
  const whole: RunStatus = {
    pid: 1,
    host: 'elsewhere',
    state: 'running',
    heartbeat: now,
    started: now,
    step: 5,
    epoch: 0,
    totalSteps: 20,
    ...status,
  };
  writeFileSync(join(dir, '.new'), JSON.stringify(whole));
  renameSync(join(dir, '.new'), join(dir, 'status.json'));
}

it('the row of a finished run follows its result', async () => {
  const dir = writeFakeRun(root, { ...small, name: 'a', seed: 3 });
  const index = new RunIndex(root);
  const result = JSON.parse(readFileSync(join(dir, 'result.json'), 'utf8')) as Record<string, number>;
  expect(await rowsOf(index)).toEqual([
    expect.objectContaining({
      id: 'a',
      name: 'a',
      state: 'finished',
      dataset: 'fashion-mnist',
      model: 'resnet20',
      scheme: 'mean-field',
      seed: 3,
      epochs: 2,
      plannedEpochs: 2,
      step: 20,
      totalSteps: 20,
      testError: result.testError,
      trainLoss: result.trainLoss,
      swaps: result.swaps,
      final: true,
      resumable: false,
      problems: [],
    }),
  ]);
});

it('finds runs and grids down to three levels', async () => {
  for (const folder of ['fast', 'more/fast', 'far/too/deep'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFakeRun(root, { ...small, name: 'one' });
  for (const folder of ['fast', 'more/fast', 'far/too/deep'])
    cpSync(join(root, 'one'), join(root, folder, 'r'), { recursive: true });
  cpSync(join(root, 'one'), join(root, 'node_modules', 'r'), { recursive: true });
  writeFileSync(join(root, 'fast', 'results.json'), '{}');
  writeFileSync(join(root, 'results.json'), '{}');
  const index = new RunIndex(root);
  expect((await rowsOf(index)).map(({ id }) => id)).toEqual(['fast/r', 'more/fast/r', 'one']);
  expect(index.list().grids.map(({ id }) => id)).toEqual([rootGrid, 'fast']);
});

it('a rewritten record changes its grid, nothing else does', async () => {
  mkdirSync(join(root, 'fast'));
  const record = join(root, 'fast', 'results.json');
  writeFileSync(record, '{}');
  utimesSync(record, 100, 100);
  const index = new RunIndex(root);
  await index.refresh();
  const { revision, grids } = index.list();
  writeFakeRun(join(root, 'fast'), { ...small, name: 'one' });
  await index.refresh();
  expect(index.list().grids).toEqual(grids);
  writeFileSync(record, '{ }');
  await index.refresh();
  expect(index.list().grids).not.toEqual(grids);
  expect(index.since(revision).grids).toEqual(index.list().grids);
  expect(index.revision).toBeGreaterThan(revision);
});

it('a configuration beside the runs does not hide them', async () => {
  writeFakeRun(root, { ...small, name: 'one' });
  mkdirSync(join(root, 'grid'));
  writeFakeRun(join(root, 'grid'), { ...small, name: 'two' });
  for (const folder of ['.', 'grid']) writeFileSync(join(root, folder, 'config.yaml'), 'epochs: 3\n');
  expect((await rowsOf(new RunIndex(root))).map(({ id }) => id)).toEqual(['grid/two', 'one']);
});

it('reports a run without a status, whatever subfolders it has', async () => {
  const dir = writeFakeRun(root, { ...small, name: 'one' });
  mkdirSync(join(dir, 'checkpoints', 'last'), { recursive: true });
  rmSync(join(dir, 'status.json'));
  expect((await rowOf(new RunIndex(root), 'one'))?.problems).toEqual(['status.json is missing']);
});

it('runs that differ only in seed and machine share a configuration', async () => {
  for (const [name, seed, lr] of [
    ['a', 1, 0.1],
    ['b', 2, 0.1],
    ['c', 1, 0.2],
  ] as const)
    writeFakeRun(root, { ...small, name, seed, config: { lr, threads: seed } });
  const index = new RunIndex(root);
  const [a, b, c] = (await rowsOf(index)).map(({ configuration }) => configuration);
  expect(a).toBe(b);
  expect(a).not.toBe(c);
  const { configurations } = index.list();
  expect(Object.keys(configurations).sort()).toEqual([a, c].sort());
  expect(configurations[a!]).toMatchObject({ lr: 0.1, scheme: 'mean-field' });
  expect(configurations[a!]).not.toHaveProperty('seed');
});

it('reports exactly what was added, changed and removed since a revision', async () => {
  for (const name of ['a', 'b', 'c']) writeFakeRun(root, { ...small, name, stopAt: 5 });
  const index = new RunIndex(root);
  await index.refresh();
  const first = index.revision;
  await index.refresh();
  expect(index.since(first)).toMatchObject({ revision: first, whole: false, changed: [], gone: [] });
  writeStatus(join(root, 'a'), { step: 7 });
  rmSync(join(root, 'b'), { recursive: true });
  writeFakeRun(root, { ...small, name: 'd' });
  await index.refresh();
  const { changed, gone, whole } = index.since(first);
  expect([changed.map(({ id }) => id), gone, whole]).toEqual([['a', 'd'], ['b'], false]);
  expect(changed[0]).toMatchObject({ state: 'running', step: 7, totalSteps: 20 });
  const second = index.revision;
  cpSync(join(root, 'd'), join(root, 'b'), { recursive: true });
  await index.refresh();
  expect(index.since(first)).toMatchObject({ gone: [] });
  expect(index.since(second).changed.map(({ id }) => id)).toEqual(['b']);
});

it('a revision of an earlier server, or none, gives the whole list', async () => {
  writeFakeRun(root, { ...small, name: 'a' });
  const earlier = new RunIndex(root, 1000);
  await earlier.refresh();
  const index = new RunIndex(root, 100_000);
  await index.refresh();
  for (const revision of [0, earlier.revision, index.revision + 1])
    expect(index.since(revision)).toMatchObject({ whole: true, changed: [{ id: 'a' }] });
});

it('reports corrupt, half-written and empty files, and lists the other runs', async () => {
  for (const name of ['good', 'corrupt', 'half', 'empty', 'bare']) writeFakeRun(root, { ...small, name });
  writeFileSync(join(root, 'corrupt', 'status.json'), '\0\xff{{{');
  writeFileSync(join(root, 'corrupt', 'result.json'), '{"testError": "low"}');
  writeFileSync(join(root, 'corrupt', 'config.yaml'), 'a: [1\n');
  for (const name of ['status.json', 'result.json', 'summary.csv', 'metrics.jsonl'])
    truncateSync(join(root, 'half', name), 30);
  for (const name of ['status.json', 'result.json', 'summary.csv', 'metrics.jsonl', 'config.yaml'])
    truncateSync(join(root, 'empty', name), 0);
  for (const name of ['status.json', 'result.json', 'summary.csv', 'metrics.jsonl'])
    rmSync(join(root, 'bare', name));
  const rows = new Map((await rowsOf(new RunIndex(root))).map((row) => [row.id, row]));
  expect(rows.get('good')).toMatchObject({ state: 'finished', problems: [] });
  const problems = (id: string): string[] =>
    (rows.get(id)?.problems ?? []).map((line) => line.split(/[: ]/)[0] ?? '').sort();
  expect(problems('corrupt')).toEqual(['config.yaml', 'result.json', 'status.json']);
  expect(problems('half')).toEqual(['result.json', 'status.json', 'summary.csv']);
  expect(problems('empty')).toEqual(['result.json', 'status.json', 'summary.csv']);
  expect(problems('bare')).toEqual(['status.json']);
  for (const id of ['corrupt', 'half', 'empty', 'bare']) expect(rows.get(id)?.state).toBe('unknown');
  for (const row of rows.values()) expect(row.problems.join()).not.toContain(root);
});

it('finds a file damaged in place when the turn of its run comes', async () => {
  const dir = writeFakeRun(root, { ...small, name: 'a' });
  const past = new Date(Date.now() - 60_000);
  utimesSync(dir, past, past);
  const index = new RunIndex(root);
  await index.refresh();
  writeFileSync(join(dir, 'status.json'), '{"pid"');
  utimesSync(dir, past, past);
  expect(await rowOf(index, 'a')).toMatchObject({ state: 'unknown' });
});

it('reports a missing runs folder, and reads it once it exists', async () => {
  const index = new RunIndex(join(root, 'later'));
  expect(await rowsOf(index)).toEqual([]);
  expect(index.list().problems.join()).toMatch(/later does not exist yet: start a run/);
  writeFakeRun(join(root, 'later'), { ...small, name: 'a' });
  expect((await rowsOf(index)).map(({ id }) => id)).toEqual(['a']);
  expect(index.list().problems).toEqual([]);
});

it('reads nothing outside the runs folder, through neither folder nor file links', async () => {
  const outside = temporaryFolder();
  writeFakeRun(outside, { ...small, name: 'secret' });
  writeFakeRun(root, { ...small, name: 'mine' });
  symlinkSync(join(outside, 'secret'), join(root, 'linked'));
  symlinkSync(root, join(root, 'circle'));
  symlinkSync('itself', join(root, 'itself'));
  rmSync(join(root, 'mine', 'config.yaml'));
  symlinkSync(join(outside, 'secret', 'config.yaml'), join(root, 'mine', 'config.yaml'));
  const index = new RunIndex(root);
  const rows = await rowsOf(index);
  expect(rows.map(({ id, state, dataset }) => [id, state, dataset])).toEqual([
    ['mine', 'unknown', 'unknown'],
  ]);
  expect(rows[0]?.problems).toEqual([
    'config.yaml is a link that leads out of the runs folder: this run was not read',
  ]);
  expect(index.list().problems.join()).toMatch(/^linked is a link that leads out of the runs folder/);
  await expect(index.open('mine')).rejects.toThrow(/link that leads out of the runs folder/);
  await expect(index.open('linked')).rejects.toThrow(/no run "linked"/);
});

it('does not open a pipe in place of a file', async () => {
  const dir = writeFakeRun(root, { ...small, name: 'a' });
  rmSync(join(dir, 'status.json'));
  spawnSync('mkfifo', [join(dir, 'status.json')]);
  expect(existsSync(join(dir, 'status.json'))).toBe(true);
  expect((await rowOf(new RunIndex(root), 'a'))?.problems).toEqual([
    'status.json is not a file: this run was not read',
  ]);
});

it('counts the swaps of a running run and reads its last complete step', async () => {
  const dir = writeFakeRun(root, { ...small, name: 'a', stopAt: 7 });
  const swaps = readFileSync(join(dir, 'swaps.jsonl'), 'utf8').split('\n').length - 1;
  const swap = { step: 7, epoch: 0, stage: 'layer1', before: [0, 1], after: [1, 0], pairs: [[0, 1]] };
  appendFileSync(join(dir, 'swaps.jsonl'), `${JSON.stringify(swap)}\n`.repeat(3));
  const last = { step: 8, epoch: 0, loss: 1, error: 50, lr: 0.1, imagesPerSecond: 123, seconds: 77 };
  appendFileSync(join(dir, 'metrics.jsonl'), `${JSON.stringify(last)}\n{"step":9,"ep`);
  writeStatus(dir, { step: 7 });
  expect(await rowOf(new RunIndex(root), 'a')).toMatchObject({
    state: 'running',
    swaps: swaps + 3,
    step: 8,
    seconds: 77,
    imagesPerSecond: 123,
    final: false,
  });
});

it('shows a killed run as crashed after the next scan, though its files do not change', async () => {
  const dir = writeFakeRun(root, { ...small, name: 'a', stopAt: 5 });
  mkdirSync(join(dir, 'checkpoints', 'last'), { recursive: true });
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  writeStatus(dir, { pid: child.pid!, host: hostname() });
  const index = new RunIndex(root);
  expect(await rowOf(index, 'a')).toMatchObject({ state: 'running', resumable: false });
  const before = index.revision;
  child.kill('SIGKILL');
  await once(child, 'exit');
  await index.refresh();
  expect(index.since(before).changed).toMatchObject([{ id: 'a', state: 'crashed', resumable: true }]);
  const settled = index.revision;
  await index.refresh();
  expect(index.revision).toBe(settled);
});

it('shows the first of thousands of runs while reading the others, then exactly the others', async () => {
  const count = 3000;
  const status = JSON.stringify({
    pid: 1,
    host: 'elsewhere',
    state: 'finished',
    heartbeat: '2026-01-01T00:00:00Z',
    started: '2026-01-01T00:00:00Z',
    step: 1,
    epoch: 0,
    totalSteps: 1,
  });
  for (let i = 0; i < count; i++) {
    mkdirSync(join(root, `r${i}`));
    writeFileSync(join(root, `r${i}`, 'status.json'), status);
  }
  const index = new RunIndex(root);
  await index.refresh(0);
  const first = index.list();
  expect(first.runs.length).toBeGreaterThan(0);
  expect(first.runs.length).toBeLessThan(count);
  expect(first.problems.join()).toMatch(/^\d+ runs so far: still reading the others$/);
  await index.refresh();
  const { changed, whole, problems } = index.since(first.revision);
  const ids = [...first.runs, ...changed].map(({ id }) => id);
  expect([whole, problems, ids.length, new Set(ids).size]).toEqual([false, [], count, count]);
});
