/** Claims of cells: one holder at a time, among processes that race and die. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import {
  abandonedAfter,
  beatClaim,
  holderOf,
  holderText,
  processSpace,
  takeClaim,
} from '../../src/processes/index.ts';
import { testSeed } from '../random.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

const newestFile = (cell: string): string => {
  const folder = join(root, '.claims', cell);
  const numbers = readdirSync(folder).map((name) => Number.parseInt(name));
  return join(folder, `${Math.max(...numbers)}.json`);
};

/** A claim as another process would have written it; of another machine even if its host has our name. */
const claimBy = (holder: string, host?: string): string =>
  JSON.stringify({
    host: host ?? hostname(),
    space: host === undefined ? processSpace() : 'another boot',
    process: holder,
  });

it('a claimed cell is held until it is released', () => {
  expect(holderOf(root, 'a')).toBeUndefined();
  const claim = takeClaim(root, 'a')!;
  expect(holderText(holderOf(root, 'a')!)).toBe(`process ${process.pid}`);
  expect(takeClaim(root, 'a')).toBeUndefined();
  expect(takeClaim(root, 'b')).toBeDefined();
  claim.release();
  expect(holderOf(root, 'a')).toBeUndefined();
  expect(takeClaim(root, 'a')).toBeDefined();
});

it('a claim of a dead process of this machine is taken over, and the old holder would notice', () => {
  const claim = takeClaim(root, 'a')!;
  writeFileSync(newestFile('a'), claimBy('999999999 1'));
  expect(holderOf(root, 'a')).toBeUndefined();
  expect(takeClaim(root, 'a')).toBeDefined();
  expect(claim.held()).toBe(false);
});

it('a reused process number is not the holder', () => {
  takeClaim(root, 'a');
  writeFileSync(newestFile('a'), claimBy(`${process.pid} 1`));
  expect(holderOf(root, 'a')).toBeUndefined();
});

it.each(['elsewhere', hostname()])(
  'a claim of another machine, %s, counts while it shows signs of life',
  (host) => {
    takeClaim(root, 'a');
    const file = newestFile('a');
    writeFileSync(file, claimBy('1 1', host));
    expect(holderText(holderOf(root, 'a')!)).toBe(`process 1 of ${host}`);
    const before = new Date(Date.now() - 1.1 * abandonedAfter);
    utimesSync(file, before, before);
    expect(holderOf(root, 'a')).toBeUndefined();
    // Only its own machine can renew it.
    beatClaim(root, 'a', process.pid);
    expect(holderOf(root, 'a')).toBeUndefined();
  },
);

it('a sign of life renews the time of a claim, and does not restore a released one', () => {
  const claim = takeClaim(root, 'a')!;
  const before = new Date(Date.now() - 1.1 * abandonedAfter);
  utimesSync(newestFile('a'), before, before);
  beatClaim(root, 'a', process.pid);
  expect(Date.now() - statSync(newestFile('a')).mtimeMs).toBeLessThan(60_000);
  expect(claim.held()).toBe(true);
  claim.release();
  beatClaim(root, 'a', process.pid);
  expect(holderOf(root, 'a')).toBeUndefined();
});

it('a claim whose folder was removed is no longer held, and its release leaves a later holder alone', () => {
  const claim = takeClaim(root, 'a')!;
  rmSync(join(root, '.claims'), { recursive: true });
  expect(claim.held()).toBe(false);
  claim.release();
  expect(takeClaim(root, 'a')).toBeDefined();
  writeFileSync(newestFile('a'), claimBy('1 1', 'elsewhere'));
  claim.release();
  expect(holderOf(root, 'a')).toEqual({ pid: 1, host: 'elsewhere' });
});

it('a claim that was taken and released many times leaves few files, and a slow process cannot take an old one', () => {
  const folder = join(root, '.claims', 'a');
  for (let i = 0; i < 40; i++) takeClaim(root, 'a')!.release();
  expect(readdirSync(folder).length).toBeLessThan(12);
  const claim = takeClaim(root, 'a')!;
  expect(newestFile('a')).toBe(join(folder, '41.json'));
  expect(claim.held()).toBe(true);
  expect(takeClaim(root, 'a')).toBeUndefined();
});

it.each(['', 'nonsense', '{"host": 3', '7', '{}'])(
  'a claim file with the content %j holds nothing',
  (text) => {
    takeClaim(root, 'a');
    writeFileSync(newestFile('a'), text);
    expect(holderOf(root, 'a')).toBeUndefined();
    expect(takeClaim(root, 'a')).toBeDefined();
  },
);

it.runIf(existsSync('/proc/self'))(
  'a claim in a folder that cannot hold folders is an error with a remedy',
  () => {
    expect(() => takeClaim('/proc/meanfield', 'thing')).toThrow(
      /^cannot write to \/proc\/meanfield.*: \/proc cannot hold folders; choose another folder$/,
    );
  },
);

it('processes that race for few cells, and die in between, never hold one together', async () => {
  const racer = join(import.meta.dirname, 'claim-racer.mjs');
  const seed = testSeed();
  const run = (deaths: number, i: number): Promise<string> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        [racer, root, '3', '150', String(deaths), String(seed + i)],
        (_error, stdout) => {
          resolve(stdout);
        },
      );
    });
  const outputs = await Promise.all([0, 0, 0, 0.05, 0.05, 0.05].map(run));
  expect(outputs.join('')).not.toContain('clash');
  expect(outputs.slice(0, 3)).toEqual(['done\n', 'done\n', 'done\n']);
});
