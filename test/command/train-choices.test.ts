/** Several seeds, a dry run, and the run that stopped last. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRun } from '../../src/runs/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { meanfield, metricsWithoutTimes } from './command.ts';

const tiny = [
  ...['train', '--dataset', 'synthetic-images', '--width', '2', '--batch-size', '32', '--epochs', '1'],
  ...['--limit-train-batches', '3', '--threads', '1', '--no-report'],
];
const root = temporaryFolder();

it('--seeds trains once with each seed and prints the mean; each run is that of --seed alone', () => {
  const several = [...tiny, '--seeds', '2,3', '--name', 'both', '--output', root];
  const { code, stdout } = meanfield([...several, '--json']);
  expect(code).toBe(0);
  const { runs, testError } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    runs: { run: string; testError: number }[];
    testError: { n: number; mean: number };
  };
  const errors = runs.map((run) => run.testError);
  expect(testError).toMatchObject({ n: 2, mean: (errors[0]! + errors[1]!) / 2 });
  expect(stdout).toContain(`test error ${testError.mean.toFixed(2)} ± `);
  expect(readdirSync(root).sort()).toEqual(['both-s2', 'both-s3']);
  meanfield([...tiny, '--seed', '3', '--name', 'alone', '--output', root]);
  expect(metricsWithoutTimes(join(root, 'alone'))).toEqual(metricsWithoutTimes(join(root, 'both-s3')));
});

it('a dry run prints settings that train the same run, and writes nothing', () => {
  const folder = join(root, 'dry');
  const { code, stdout, stderr } = meanfield([...tiny, '--lr', '0.05', '--dry-run', '--output', folder]);
  expect(code).toBe(0);
  expect(existsSync(folder)).toBe(false);
  expect(stderr).toMatch(/2048 training and 512 test images/);
  expect(stderr).toMatch(/1 epoch of 3 steps; nothing was trained or written/);
  const file = join(root, 'settings.yaml');
  writeFileSync(file, stdout);
  meanfield(['train', '-c', file, '--name', 'from-dry', '--output', root, '--no-report']);
  expect(readFileSync(join(root, 'from-dry', 'config.yaml'), 'utf8')).toBe(stdout);
});

it('a dry run finds the errors of a start', () => {
  const { code, stderr } = meanfield([...tiny, '--dry-run', '--dataset', 'cifar10', '--data-dir', root]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^meanfield: .*cifar10/m);
});

it('--resume last is the unfinished run with the latest sign of life', () => {
  const folder = join(root, 'several');
  const stop = (name: string, heartbeat: string, state: string): void => {
    meanfield([...tiny, '--name', name, '--output', folder]);
    const file = join(folder, name, 'status.json');
    writeFileSync(file, JSON.stringify({ ...readRun(join(folder, name)).status(), state, heartbeat }));
  };
  stop('a', '2026-01-02T00:00:00Z', 'stopped');
  stop('b', '2026-01-01T00:00:00Z', 'stopped');
  stop('c', '2026-01-03T00:00:00Z', 'finished');
  const { code, stderr } = meanfield(['train', '--resume', 'last', '--output', folder, '--no-report']);
  expect(code).toBe(0);
  expect(stderr).toContain(`run folder ${join(folder, 'a')},`);
  mkdirSync(join(root, 'empty'));
  const none = meanfield(['train', '--resume', 'last', '--output', join(root, 'empty')]);
  expect(none.stderr).toMatch(/--resume last: .*empty holds no run that was stopped/);
});

it.each([
  [['--seeds', '1,2', '--seed', '3'], /--seed and --seeds cannot be used together/],
  [['--seeds', '1,2', '--resume', 'x'], /--seeds cannot be used with --resume/],
  [['--dry-run', '--resume', 'x'], /--dry-run cannot be used with --resume/],
  [['--seeds', '3..1'], /expected seeds such as/],
])('%j is refused in one line', (flags, message) => {
  const { code, stderr } = meanfield(['train', ...flags]);
  expect(code).toBe(2);
  expect(stderr.trim()).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
