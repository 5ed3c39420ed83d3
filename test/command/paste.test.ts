/** Command lines that are printed work where they are printed: a shell runs them, whatever the paths are called. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { meanfield, type Outcome } from './command.ts';

const packageFolder = join(import.meta.dirname, '..', '..');
const odd = `an "odd" one, $HOME's & -- it`;

let root = '';
let here = '';
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'meanfield-paste-')));
  here = join(root, odd);
  mkdirSync(here);
  // In place of npx and node: they tell the words that they were given.
  mkdirSync(join(root, 'tell'));
  for (const name of ['npx', 'node', 'npm']) {
    const file = join(root, 'tell', name);
    writeFileSync(file, `#!/bin/sh\nfor word in "$0" "$@"; do printf '%s\\0' "$word"; done\n`);
    chmodSync(file, 0o755);
  }
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The words that a shell in `here` gives to the program of a line; the first are the program's. */
function pasted(line: string): string[] {
  const words = execFileSync('sh', ['-c', line], {
    cwd: here,
    encoding: 'utf8',
    env: { PATH: `${join(root, 'tell')}:/usr/bin:/bin` },
  }).split('\0');
  return words.slice(1, -1);
}

const inHere = (...words: string[]): Outcome => meanfield(words, {}, here);
const bin = join(realpathSync(packageFolder), 'bin', 'meanfield.js');
const quick = [
  'train',
  ...['--dataset', 'synthetic-images', '--width', '2', '--batch-size', '16', '--epochs', '1'],
  ...['--limit-train-batches', '2', '--limit-eval-batches', '1', '--threads', '1', '--quiet'],
];

it('the hint for missing data fetches to the folder that was named', () => {
  const { stderr } = inHere('data', 'check', 'cifar10', '--data-dir', '-my data');
  const [, line = ''] = /fetch it: (.*)\n/.exec(stderr) ?? [];
  expect(pasted(line)).toEqual([bin, 'data', 'fetch', 'cifar10', '--data-dir', './-my data']);
  const unnamed = inHere('data', 'check', 'cifar10').stderr;
  expect(unnamed).toMatch(/data fetch cifar10 --data-dir data, then give --data-dir data\n$/);
});

it('the page of a run has command lines for it', () => {
  expect(inHere(...quick, '--output', '-runs', '--name', "it's").code).toBe(0);
  const page = readFileSync(join(here, '-runs', "it's", 'report.html'), 'utf8')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
  const [, made = '', evaluate = ''] =
    /# made by\n(.*)\n\n# evaluate the last checkpoint\n(.*)<\/pre>/.exec(page) ?? [];
  expect(pasted(made)).toEqual([bin, ...quick, '--output', '-runs', '--name', "it's"]);
  expect(pasted(evaluate)).toEqual([bin, 'evaluate', join(here, '-runs', "it's")]);
  const [, real = ''] = /^(.*)$/.exec(evaluate) ?? [];
  const told = execFileSync('sh', ['-c', `${real} --json`], { cwd: root, encoding: 'utf8' });
  expect(JSON.parse(told)).toMatchObject({ images: 512 });
});

it('the help that an error points to is there', () => {
  const { stderr } = inHere('data', 'fetch');
  expect(pasted(stderr.trim().split('; see ')[1] ?? '')).toEqual([bin, 'data', 'fetch', '--help']);
});

it('in the folder of the package it is npx meanfield', () => {
  const { stderr } = meanfield(['data', 'check', 'cifar10', '--data-dir', join(here, 'x')]);
  const [, line = ''] = /fetch it: (.*)\n/.exec(stderr) ?? [];
  expect(pasted(line)).toEqual(['meanfield', 'data', 'fetch', 'cifar10', '--data-dir', join(here, 'x')]);
});

it('what an absent libtorch needs is set up from any folder', () => {
  const { stderr, code } = meanfield(quick, { MEANFIELD_BUILD_DIR: join(root, 'none') }, here);
  expect(code).toBe(3);
  const lines = [...stderr.matchAll(/`(.*?)`/g)].map(([, line = '']) => pasted(line));
  expect(lines).toEqual([
    ['--prefix', realpathSync(packageFolder), 'run', 'setup'],
    ['--prefix', realpathSync(packageFolder), 'run', 'build:native'],
    [bin, 'doctor'],
  ]);
});
