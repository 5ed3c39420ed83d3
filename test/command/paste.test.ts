/** Printed command lines work when pasted into a shell, whatever the paths are called. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { meanfield, type Outcome } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const packageFolder = join(import.meta.dirname, '..', '..');
const odd = `an "odd" one, $HOME's & -- it`;

const root = temporaryFolder();
let here = '';
beforeAll(() => {
  here = join(root, odd);
  mkdirSync(here);
  // Replacements for npx and node that print their arguments.
  mkdirSync(join(root, 'tell'));
  for (const name of ['npx', 'node', 'npm']) {
    const file = join(root, 'tell', name);
    writeFileSync(file, `#!/bin/sh\nfor word in "$0" "$@"; do printf '%s\\0' "$word"; done\n`);
    chmodSync(file, 0o755);
  }
});

/** The words that a shell in `here` passes to the program of a line, starting with the program. */
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

it('the hint for missing data fetches to the named folder', () => {
  const { stderr } = inHere('data', 'check', 'cifar10', '--data-dir', '-my data');
  const [, line = ''] = /fetch it: (.*)\n/.exec(stderr) ?? [];
  expect(pasted(line)).toEqual([bin, 'data', 'fetch', 'cifar10', '--data-dir', './-my data']);
  const unnamed = inHere('data', 'check', 'cifar10').stderr;
  expect(unnamed).toMatch(/data fetch cifar10 --data-dir data, then give --data-dir data\n$/);
});

it('the page of a run has working command lines', () => {
  expect(inHere(...quick, '--output', '-runs', '--name', "it's").code).toBe(0);
  const page = readFileSync(join(here, '-runs', "it's", 'report.html'), 'utf8')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
  const [, made = '', evaluate = ''] =
    /# created by\n(.*)\n\n# evaluate the last checkpoint\n(.*)<\/pre>/.exec(page) ?? [];
  expect(pasted(made)).toEqual([bin, ...quick, '--output', '-runs', '--name', "it's"]);
  expect(pasted(evaluate)).toEqual([bin, 'evaluate', join(here, '-runs', "it's")]);
  const [, real = ''] = /^(.*)$/.exec(evaluate) ?? [];
  const printed = execFileSync('sh', ['-c', `${real} --json`], { cwd: root, encoding: 'utf8' });
  expect(JSON.parse(printed)).toMatchObject({ images: 512 });
});

it('the help that an error refers to exists', () => {
  const { stderr } = inHere('data', 'fetch');
  expect(pasted(stderr.trim().split('; see ')[1] ?? '')).toEqual([bin, 'data', 'fetch', '--help']);
});

it('in the folder of the package it is npx meanfield', () => {
  const { stderr } = meanfield(['data', 'check', 'cifar10', '--data-dir', join(here, 'x')]);
  const [, line = ''] = /fetch it: (.*)\n/.exec(stderr) ?? [];
  expect(pasted(line)).toEqual(['meanfield', 'data', 'fetch', 'cifar10', '--data-dir', join(here, 'x')]);
});

it('the set-up for a missing libtorch works from any folder', () => {
  const { stderr, code } = meanfield(quick, { MEANFIELD_BUILD_DIR: join(root, 'none') }, here);
  expect(code).toBe(3);
  const lines = [...stderr.matchAll(/`(.*?)`/g)].map(([, line = '']) => pasted(line));
  expect(lines).toEqual([
    ['--prefix', realpathSync(packageFolder), 'run', 'setup'],
    [bin, 'doctor'],
  ]);
});
