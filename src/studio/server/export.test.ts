import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { writeFakeRun } from '../../runs/fake-run.ts';
import type { ExportedData, ExportedRun } from '../protocol/index.ts';
import { type Exported, exportStudio } from './export.ts';
import { fakePage } from './fake-page.ts';
import { FolderWalk } from './folder-walk.ts';
import { Redactor } from './redactor.ts';
import { RunIndex } from './run-index.ts';
import { CloudStore } from './weight-clouds.ts';
import { temporaryFolder } from '../../test-folder.ts';

let base: string;
let runs: string;
let out: string;
let exportPage: string;
const page = fakePage();
beforeEach(() => {
  base = temporaryFolder();
  [runs, out, exportPage] = [join(base, 'runs'), join(base, 'out'), join(base, 'page')];
  mkdirSync(runs);
  mkdirSync(exportPage);
  writeFileSync(join(exportPage, 'export.html'), '<!doctype html>');
  writeFileSync(join(exportPage, 'studio.js'), ';');
});
afterEach(() => {
  vi.restoreAllMocks();
});

const small = { epochs: 2, stepsPerEpoch: 10 };
const exportAll = (): Promise<Exported> => exportStudio({ root: runs, page, exportPage, out });
const textOf = (name: string): string => readFileSync(join(out, name), 'utf8');

/** The original of a method that is spied on, called with its object. */
const methodOf = <T, K extends keyof T>(prototype: T, name: K): T[K] => prototype[name];

/** Runs the scripts as a page does. */
function exported(): ExportedData {
  const context = createContext({});
  const run = (name: string): unknown => runInContext(textOf(name), context);
  run('data/list.js');
  const data = (): ExportedData => (context as { meanfieldExport: ExportedData }).meanfieldExport;
  for (const name of Object.values(data().scripts)) run(name);
  return data();
}

/** Expects the complete run, as in the files. */
function expectWhole(run: ExportedRun | undefined): void {
  expect(run?.steps.step).toHaveLength(20);
  expect(run?.detail.epochs).toHaveLength(2);
  expect(run?.detail.row.problems).toEqual([]);
}

it('waits until every run has been read, however long that takes', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `run-${100 + i}`);
  for (const name of names) writeFakeRun(runs, { name, epochs: 1, stepsPerEpoch: 2 });
  // Simulates thousands of runs or a slow disk: 0.6 s in all, far longer than the list waits.
  const original = methodOf(FolderWalk.prototype, 'walk');
  vi.spyOn(FolderWalk.prototype, 'walk').mockImplementation(function* (this: FolderWalk) {
    for (const folder of original.call(this)) {
      const until = performance.now() + 20;
      while (performance.now() < until);
      yield folder;
    }
  });
  expect(await exportAll()).toMatchObject({ runs: 30, missing: [], incomplete: 0 });
  const { list, runs: all } = exported();
  expect([list.runs.map(({ id }) => id), Object.keys(all), list.problems]).toEqual([names, names, []]);
});

it('lists unreadable runs with the reason; the others are complete', async () => {
  for (const name of ['a', 'link', 'odd', 'z']) writeFakeRun(runs, { ...small, name });
  rmSync(join(runs, 'link', 'result.json'));
  symlinkSync(join(base, 'nowhere'), join(runs, 'link', 'result.json'));
  rmSync(join(runs, 'odd', 'status.json'));
  mkdirSync(join(runs, 'odd', 'status.json'));
  const done = await exportAll();
  const unread = {
    link: 'link: result.json is a broken link: this run was not read',
    odd: 'odd: status.json is not a file: this run was not read',
  };
  expect(done).toMatchObject({ runs: 4, incomplete: 2, missing: Object.values(unread) });
  const data = exported();
  expect(data.unread).toEqual(unread);
  expect(data.list.runs.map(({ id, problems }) => [id, problems.length])).toEqual([
    ['a', 0],
    ['link', 1],
    ['odd', 1],
    ['z', 0],
  ]);
  expect(Object.keys(data.runs)).toEqual(['a', 'z']);
  for (const run of Object.values(data.runs)) expectWhole(run);
});

it('lists a run deleted after it was listed, with the reason', async () => {
  for (const name of ['a', 'b']) writeFakeRun(runs, { ...small, name });
  const original = methodOf(RunIndex.prototype, 'list');
  vi.spyOn(RunIndex.prototype, 'list').mockImplementation(function (this: RunIndex) {
    const answer = original.call(this);
    rmSync(join(runs, 'a'), { recursive: true, force: true });
    return answer;
  });
  expect(await exportAll()).toMatchObject({ runs: 2, incomplete: 1 });
  const data = exported();
  const reason = 'no run "a" in runs: it may have been moved or deleted';
  expect(data.unread).toEqual({ a: reason });
  expect(data.list.runs[0]?.problems).toEqual([reason]);
  expectWhole(data.runs.b);
});

it('reports failures at the run, and damaged grids in the list, not as missing data', async () => {
  for (const name of ['a', 'b']) writeFakeRun(runs, { ...small, name });
  writeFileSync(join(runs, 'b', 'samples.json'), '{}');
  writeFileSync(join(runs, 'results.json'), '{');
  const original = methodOf(CloudStore.prototype, 'clouds');
  vi.spyOn(CloudStore.prototype, 'clouds').mockImplementation(function (this: CloudStore, run) {
    return run.id === 'a' ? Promise.reject(new Error('out of memory')) : original.call(this, run);
  });
  const done = await exportAll();
  expect(done.incomplete).toBe(2);
  expect(done.missing).toEqual([
    'a: weights: internal: out of memory',
    expect.stringMatching(/^b: sample predictions: b: samples\.json: /),
    expect.stringMatching(/^results\.json of \.\/ is damaged/),
  ]);
  const { list, runs: all } = exported();
  expect(list.problems).toEqual([expect.stringMatching(/^results\.json of \.\/ is damaged/)]);
  expect(list.runs.map(({ problems }) => problems)).toEqual([
    ['weights: internal: out of memory'],
    [expect.stringMatching(/^sample predictions: /)],
  ]);
  expect(all.a).toMatchObject({ weights: null, samples: null });
  expect(all.a?.detail.row.problems).toEqual(['weights: internal: out of memory']);
  expect(all.a?.steps.step).toHaveLength(20);
  expect(all.b).toMatchObject({ weights: { stages: {} }, samples: null });
});

it('a failed export leaves the previous one unchanged, and nothing beside it', async () => {
  writeFakeRun(runs, { ...small, name: 'a' });
  await exportAll();
  const before = textOf('data/list.js');
  writeFakeRun(runs, { ...small, name: 'b' });
  const html = join(exportPage, 'export.html');
  rmSync(html);
  // The failure is noticed at the very end.
  mkdirSync(html);
  await expect(exportAll()).rejects.toThrow(
    /^cannot write .*\/out: it is a folder; nothing saved before was lost$/,
  );
  expect(textOf('data/list.js')).toBe(before);
  expect(Object.keys(exported().runs)).toEqual(['a']);
  rmSync(html, { recursive: true });
  writeFileSync(html, '');
  vi.spyOn(RunIndex.prototype, 'list').mockImplementation(() => {
    throw new Error('broken');
  });
  await expect(exportAll()).rejects.toThrow('the list of runs cannot be read: internal: broken');
  expect(Object.keys(exported().runs)).toEqual(['a']);
  expect(readdirSync(base).sort()).toEqual(['out', 'page', 'runs']);
  vi.restoreAllMocks();
  await exportAll();
  expect(Object.keys(exported().runs)).toEqual(['a', 'b']);
});

it('replaces the target of a linked folder, but never linked runs', async () => {
  writeFakeRun(runs, { ...small, name: 'a' });
  mkdirSync(join(base, 'disk', 'lecture'), { recursive: true });
  symlinkSync(join(base, 'disk', 'lecture'), out);
  await exportAll();
  await exportAll();
  expect(existsSync(join(base, 'disk', 'lecture', 'index.html'))).toBe(true);
  rmSync(out);
  symlinkSync(runs, out);
  await expect(exportAll()).rejects.toThrow(/contains the runs themselves/);
  rmSync(out);
  writeFileSync(out, '');
  await expect(exportAll()).rejects.toThrow(/is a file, not a folder: choose a new folder/);
});

it('reveals neither folders, host name nor user name', async () => {
  const elsewhere = '/mnt/secret group/jane';
  const dir = writeFakeRun(runs, {
    ...small,
    name: 'a',
    config: {
      'data-dir': `${elsewhere}/cifar-10`,
      'initial-checkpoint': join(homedir(), 'weights', 'net.pth'),
    },
  });
  writeFakeRun(runs, { ...small, name: 'b' });
  const environment = {
    meanfield: '0.1.0',
    node: process.version,
    platform: 'linux-x64',
    libtorch: '2.4.0',
    libtorchPath: `${homedir()}/libtorch/lib`,
    cpu: 'AMD EPYC 9R14',
    cores: 2,
    threads: 1,
    memoryGb: 8,
    host: 'secret-host',
    command: `meanfield train --data-dir '${elsewhere}/cifar-10' --output ${runs}`,
    env: { LD_LIBRARY_PATH: '/opt/secret/lib' },
  };
  writeFileSync(join(dir, 'env.json'), JSON.stringify(environment));
  writeFileSync(
    join(dir, 'status.json'),
    JSON.stringify({
      ...(JSON.parse(readFileSync(join(dir, 'status.json'), 'utf8')) as object),
      state: 'failed',
      message: `cannot read ${dir}/config.yaml, ${homedir()}/x/weights.pth, or '/opt/secret/lib/libtorch.so': 3/4 images/s`,
    }),
  );
  // Makes the list name the folder in an error.
  rmSync(join(runs, 'b', 'config.yaml'));
  symlinkSync('/opt/secret/nothing', join(runs, 'b', 'config.yaml'));
  await exportAll();
  const files = readdirSync(join(out, 'data')).map((name) => textOf(join('data', name)));
  expect(files).toHaveLength(2);
  for (const text of files)
    for (const secret of [base, `${homedir()}/`, 'secret', 'jane', `"${hostname()}"`])
      expect(text).not.toContain(secret);
  const { list, runs: all } = exported();
  expect(list.root).toBe('runs');
  const { config, environment: kept, message, commands } = all.a!.detail;
  expect(config).toMatchObject({ 'data-dir': '…/cifar-10', 'initial-checkpoint': '…/net.pth' });
  expect(Object.keys(kept ?? {})).toEqual([
    'meanfield',
    'node',
    'platform',
    'libtorch',
    'cpu',
    'cores',
    'threads',
    'memoryGb',
  ]);
  expect(message).toBe("cannot read runs/a/config.yaml, …/weights.pth, or '…/libtorch.so': 3/4 images/s");
  expect(commands).toEqual({
    start: 'npx meanfield train --config runs/a/config.yaml',
    resume: 'npx meanfield train --resume runs/a',
    evaluate: 'npx meanfield evaluate runs/a',
    report: 'npx meanfield report runs/a',
    analyse: 'npx meanfield analyse runs/a',
  });
});

it('shortens only the paths in texts', () => {
  const redactor = new Redactor('/data/lab.x/runs');
  for (const [text, expected] of [
    ['/data/lab.x/runs', 'runs'],
    ['/data/lab.x/runs/grid/a', 'runs/grid/a'],
    ['/data/lab.x/runs-old/a', '…/a'],
    ['/data/labyx/runs/a', '…/a'],
    ['in /data/lab.x/runs: none', 'in runs: none'],
    ['(/a/b) "/c/d" --out=/e/f file:///g/h', '(…/b) "…/d" --out=…/f …/h'],
    ['images/s and/or T-shirt/top, 3 / 4, /tmp', 'images/s and/or T-shirt/top, 3 / 4, /tmp'],
    ['https://example.org/a/b', 'https://example.org/a/b'],
    ['fast/cifar10-s1', 'fast/cifar10-s1'],
    [`${homedir()}/a b/c`, '…/c'],
  ] as const)
    expect(redactor.redact(text)).toBe(expected);
  expect(redactor.redact({ a: ['/x/y', 1, null, { b: '/x/z' }] })).toEqual({
    a: ['…/y', 1, null, { b: '…/z' }],
  });
});
