import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { getThreads, setThreads } from '../native/index.ts';
import { leaseCores } from '../processes/index.ts';
import { withCores } from './cores.ts';
import { runCommand } from './main.ts';
import { temporaryFolder } from '../test-folder.ts';

const total = availableParallelism();
const root = temporaryFolder();
beforeAll(() => {
  const run = join(root, 'run');
  mkdirSync(run);
  writeFileSync(join(run, 'config.yaml'), 'model: resnet20\n');
  writeFileSync(join(run, 'status.json'), '{}');
  vi.stubEnv('MEANFIELD_CORES_DIR', join(root, 'cores'));
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** Runs a command on a run folder without checkpoints, so that it fails after it has taken its threads. */
async function messagesOf(...words: string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean(lines.push(String(text))));
  await runCommand(['node', 'meanfield', ...words]);
  process.exitCode = undefined;
  vi.restoreAllMocks();
  return lines.join('');
}

describe.skipIf(total < 2)('on a machine whose cores are leased by others', () => {
  it.each([
    ['evaluate', '@run'],
    ['predict', '@run', '@run'],
    ['analyse', '@run'],
  ])('%s takes no more threads than its lease has, whatever --threads says', async (command, ...paths) => {
    const other = leaseCores(total);
    setThreads(2);
    try {
      const words = paths.map((path) => join(root, path.slice(1)));
      const text = await messagesOf(command, ...words, '--threads', '2');
      expect(text).toContain(`${command}: using 1 core; others are held by process ${process.pid}`);
      expect(getThreads()).toBe(1);
    } finally {
      other.release();
      setThreads(1);
    }
  });
});

it.each([
  ['1', 1],
  ['1,4', 1],
  ['999999', total],
  ['0', total],
  ['many', total],
  ['', total],
])('OMP_NUM_THREADS=%j is the default of --threads', async (variable, threads) => {
  vi.stubEnv('OMP_NUM_THREADS', variable);
  setThreads(3);
  await messagesOf('evaluate', join(root, 'run'));
  expect(getThreads()).toBe(threads);
  await messagesOf('evaluate', join(root, 'run'), '--threads', '1');
  expect(getThreads()).toBe(1);
});

it('all cores are taken if they are free, and are free again after a failure', async () => {
  const failing = withCores('test', undefined, (cores) => Promise.reject(new Error(`had ${cores}`)));
  await expect(failing).rejects.toThrow(`had ${total}`);
  const after = leaseCores();
  after.release();
  expect(after.cores).toBe(total);
});
