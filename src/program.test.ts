import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { meanfieldCommand, programAt, setupCommand } from './program.ts';
import { temporaryFolder } from './test-folder.ts';

const packageFolder = dirname(import.meta.dirname);
const bin = join(packageFolder, 'bin', 'meanfield.js');

const root = temporaryFolder();
const folder = (...names: string[]): string => {
  const path = join(root, ...names);
  mkdirSync(path, { recursive: true });
  return path;
};

it('is npx meanfield in the folder of the package, and in the folders below', () => {
  expect(programAt(packageFolder, [])).toEqual(['npx', 'meanfield']);
  expect(programAt(join(packageFolder, 'docs'), [])).toEqual(['npx', 'meanfield']);
});

it('is npx meanfield in a project that depends on the package', () => {
  const project = folder('project');
  symlinkSync(bin, join(folder('project', 'node_modules', '.bin'), 'meanfield'));
  expect(programAt(project, [])).toEqual(['npx', 'meanfield']);
  expect(programAt(folder('project', 'a', 'b'), [])).toEqual(['npx', 'meanfield']);
});

it('is meanfield if the shell finds this installation, and not another program of that name', () => {
  const here = folder('bin');
  symlinkSync(bin, join(here, 'meanfield'));
  const other = folder('other');
  writeFileSync(join(other, 'meanfield'), '#!/bin/sh\n', { mode: 0o755 });
  expect(programAt(root, [other, here])).toEqual(['node', bin]);
  expect(programAt(root, [here, other])).toEqual(['meanfield']);
});

it('is node with the file elsewhere, also in a project with another copy', () => {
  expect(programAt(folder('empty'), [])).toEqual(['node', bin]);
  const other = folder('has-other', 'node_modules', '.bin');
  writeFileSync(join(other, 'meanfield'), '', { mode: 0o755 });
  expect(programAt(dirname(dirname(other)), [])).toEqual(['node', bin]);
});

it('paths in a command line are quoted, and never parsed as flags', () => {
  expect(meanfieldCommand('evaluate', { path: "-it's a run" })).toMatch(
    /meanfield evaluate '\.\/-it'\\''s a run'$/,
  );
});

it('the set-up is a script in a checkout and a command of an installed package', () => {
  expect(setupCommand()).toBe('npm run setup');
  expect(setupCommand(folder('installed', 'node_modules', 'meanfield'))).toBe('npx meanfield setup');
});
