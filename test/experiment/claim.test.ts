/** Claims of cells: one holder at a time, among processes that race and die. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { abandonedAfter, beatClaim, claimCell, holderOf } from '../../src/experiment/reproduce/claim.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meanfield-claim-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const newestFile = (cell: string): string => {
  const folder = join(root, '.claims', cell);
  const numbers = readdirSync(folder).map((name) => Number.parseInt(name));
  return join(folder, `${Math.max(...numbers)}.json`);
};

it('a claimed cell is held until it is released', () => {
  expect(holderOf(root, 'a')).toBeUndefined();
  const claim = claimCell(root, 'a')!;
  expect(holderOf(root, 'a')).toBe(`process ${process.pid}`);
  expect(claimCell(root, 'a')).toBeUndefined();
  expect(claimCell(root, 'b')).toBeDefined();
  claim.release();
  expect(holderOf(root, 'a')).toBeUndefined();
  expect(claimCell(root, 'a')).toBeDefined();
});

it('a claim of a dead process of this machine is taken over, and the dead one would know', () => {
  const claim = claimCell(root, 'a')!;
  writeFileSync(newestFile('a'), JSON.stringify({ host: hostname(), process: '999999999 1' }));
  expect(holderOf(root, 'a')).toBeUndefined();
  expect(claim.held()).toBe(true);
  expect(claimCell(root, 'a')).toBeDefined();
  expect(claim.held()).toBe(false);
});

it('a number of a process in its second life is no holder', () => {
  claimCell(root, 'a');
  writeFileSync(newestFile('a'), JSON.stringify({ host: hostname(), process: `${process.pid} 1` }));
  expect(holderOf(root, 'a')).toBeUndefined();
});

it('a claim of another machine counts while it shows signs of life', () => {
  claimCell(root, 'a');
  const file = newestFile('a');
  writeFileSync(file, JSON.stringify({ host: 'elsewhere', process: '1 1' }));
  expect(holderOf(root, 'a')).toBe('process 1 of elsewhere');
  const before = new Date(Date.now() - 1.1 * abandonedAfter);
  utimesSync(file, before, before);
  expect(holderOf(root, 'a')).toBeUndefined();
  beatClaim(root, 'a');
  expect(holderOf(root, 'a')).toBe('process 1 of elsewhere');
});

it('a sign of life does not bring a released claim back', () => {
  claimCell(root, 'a')!.release();
  beatClaim(root, 'a');
  expect(holderOf(root, 'a')).toBeUndefined();
});

it('processes that race for few cells, and die in between, never hold one together', async () => {
  const racer = join(import.meta.dirname, 'claim-racer.mjs');
  const run = (deaths: number): Promise<string> =>
    new Promise((resolve) => {
      execFile(process.execPath, [racer, root, '3', '150', String(deaths)], (_error, stdout) => {
        resolve(stdout);
      });
    });
  const outputs = await Promise.all([0, 0, 0, 0.05, 0.05, 0.05].map(run));
  expect(outputs.join('')).not.toContain('clash');
  expect(outputs.slice(0, 3)).toEqual(['done\n', 'done\n', 'done\n']);
});
