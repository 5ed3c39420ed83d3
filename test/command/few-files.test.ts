/** Commands under a low limit of open files, as on batch systems and in containers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bin, environment, type Outcome } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const root = temporaryFolder();

/** Runs to the end with at most `files` open files. */
function meanfieldWith(files: number, args: readonly string[]): Outcome {
  const line = `ulimit -n ${files} && exec "$@"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line, 'bash', process.execPath, bin, ...args], {
    encoding: 'utf8',
    env: environment,
  });
  return { code: status, stdout, stderr };
}

it.each([64, 128])('training and its report need no more than %i open files', (files) => {
  const { code, stderr } = meanfieldWith(files, [
    ...['train', '--dataset', 'synthetic-images', '--width', '4', '--batch-size', '32', '--epochs', '1'],
    ...['--limit-train-batches', '2', '--threads', '1', '--output', root, '--name', `run-${files}`],
  ]);
  expect(stderr).not.toMatch(/EMFILE/);
  expect(code).toBe(0);
  expect(existsSync(join(root, `run-${files}`, 'report.html'))).toBe(true);
});

it('a grid with separate processes needs no more than 64', () => {
  const { code, stderr } = meanfieldWith(64, [
    ...['reproduce', '--preset', 'smoke', '--width', '2', '--limit-train-batches', '2', '--jobs', '1'],
    ...['--schemes', 'vanilla', '--seeds', '1', '--threads', '1', '--output', join(root, 'grid')],
  ]);
  expect(stderr).not.toMatch(/EMFILE/);
  expect(code).toBe(0);
  expect(readFileSync(join(root, 'grid', 'results.json'), 'utf8')).toContain('"finished": 1');
});
