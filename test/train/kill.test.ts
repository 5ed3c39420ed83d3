/** A run killed at any moment and resumed equals the run that was never killed, bit for bit. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { meanfield, metricsWithoutTimes, startMeanfield, summaryWithoutTimes } from '../command/command.ts';
import { testSeed, uniformNumbers } from '../random.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

// tau moves fast here, so that blocks swap during the run and the order must survive too.
const settings = [
  ...[
    '--dataset',
    'synthetic-images',
    '--model',
    'resnet20',
    '--width',
    '2',
    '--epochs',
    '3',
    '--batch-size',
    '16',
  ],
  ...['--limit-train-batches', '64', '--scheme', 'mean-field', '--tau-lr-factor', '10', '--clip-grad', '5'],
  ...['--recovery-interval', '2', '--threads', '1', '--seed', '7', '--no-report', '--quiet'],
];
const kills = 10;
const killsDuringWrite = 3;

const root = temporaryFolder();
let whole = '';
let wholeSeconds = 0;
beforeAll(() => {
  const started = performance.now();
  expect(meanfield(['train', ...settings, '--output', root, '--name', 'whole']).stderr).toBe('');
  wholeSeconds = (performance.now() - started) / 1000;
  whole = join(root, 'whole');
});

/** Resolves when a checkpoint is being written: its temporary folder exists. */
async function writingBegins(run: string, isOver: () => boolean): Promise<boolean> {
  const folder = join(run, 'checkpoints');
  for (;;) {
    if (isOver()) return false;
    try {
      if (readdirSync(folder).some((name) => name.startsWith('.'))) return true;
    } catch {
      // Not created yet.
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Killed {
  readonly inside: boolean;
}

/** Kills after `delay` ms, or at the first checkpoint write after that. */
async function killOnce(
  args: readonly string[],
  run: string,
  delay: number,
  inWriting: boolean,
): Promise<Killed> {
  const child = startMeanfield(args);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const isOver = (): boolean => child.exitCode !== null;
  await sleep(delay);
  const inside = inWriting && (await writingBegins(run, isOver));
  child.kill('SIGKILL');
  await ended;
  return { inside };
}

it(
  `ten SIGKILLs, ${killsDuringWrite} of them during a checkpoint write, change nothing`,
  { timeout: 240_000 },
  async () => {
    const run = join(root, 'killed');
    const outcomes: Killed[] = [];
    const uniform = uniformNumbers(testSeed());
    for (let i = 0; i < kills; i++) {
      // Each session dies within a sixth of the whole run's time, so that all ten find it unfinished.
      const delay = (wholeSeconds / 6) * 1000 * uniform();
      const args = readdirSync(root).includes('killed')
        ? ['train', '--resume', run, '--no-report', '--quiet']
        : ['train', ...settings, '--output', root, '--name', 'killed'];
      outcomes.push(await killOnce(args, run, delay, i % 3 === 1));
    }
    const end = meanfield(['train', '--resume', run, '--no-report', '--quiet']);
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(outcomes.filter(({ inside }) => inside).length).toBeGreaterThanOrEqual(2);
    for (const file of ['model.safetensors', 'optim.safetensors'])
      expect(
        readFileSync(join(run, 'checkpoints', 'last', file)).equals(
          readFileSync(join(whole, 'checkpoints', 'last', file)),
        ),
      ).toBe(true);
    expect(metricsWithoutTimes(run)).toEqual(metricsWithoutTimes(whole));
    expect(summaryWithoutTimes(run)).toEqual(summaryWithoutTimes(whole));
    expect(readFileSync(join(run, 'swaps.jsonl'), 'utf8')).toBe(
      readFileSync(join(whole, 'swaps.jsonl'), 'utf8'),
    );
    expect(readFileSync(join(run, 'swaps.jsonl'), 'utf8').trim().split('\n').length).toBeGreaterThan(1);
  },
);
