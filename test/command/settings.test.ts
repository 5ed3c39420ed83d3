/** Settings as a user gives them: flags, a file, a resumed run; and where data and runs are found. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { meanfield, type Outcome } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const root = temporaryFolder();

const net = ['--model', 'resnet8', '--width', '2', '--batch-size', '8', '--threads', '1'];
const tiny = [...net, '--dataset', 'synthetic-images', '--epochs', '1', '--limit-train-batches', '2'];
const record = (run: string): Record<string, unknown> =>
  parse(readFileSync(join(run, 'config.yaml'), 'utf8')) as Record<string, unknown>;

function expectRefused(outcome: Outcome, message: string): void {
  const lines = outcome.stderr
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('(--help'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
  expect(outcome.stdout).toBe('');
  expect(outcome.code).toBe(2);
}

describe('flags', () => {
  it.each([
    [['--epochs', '-1'], 'expected an integer >= 1 for --epochs, got -1'],
    [['--lr', 'fast'], 'expected a finite number > 0 for --lr, got "fast"'],
    [['--scheme', 'meanfield'], 'did you mean mean-field? (one of vanilla, mean-field,'],
    [['--warmup-epochs', '2'], '--warmup-epochs belongs to --sched cosine, step or constant, not one-cycle'],
    [['--name', '../x'], '--name "../x": expected a folder name'],
  ])('%j is refused in one line', (flags, message) => {
    expectRefused(meanfield(['train', ...tiny, '--output', join(root, 'refused'), ...flags]), message);
    expect(readdirSync(root)).not.toContain('x');
  });
});

it('OMP_NUM_THREADS is the default of --threads, as in PyTorch', () => {
  const threads = tiny.indexOf('--threads');
  const unset = tiny.filter((_, i) => i !== threads && i !== threads + 1);
  const words = ['train', ...unset, '--no-report', '--output', root, '--name', 'omp'];
  expect(meanfield(words, { OMP_NUM_THREADS: '1,2' }).code).toBe(0);
  const environment = JSON.parse(readFileSync(join(root, 'omp', 'env.json'), 'utf8')) as { threads: number };
  expect(environment.threads).toBe(1);
});

describe('a settings file', () => {
  it('has keys for all flags, ~ for the home folder, and is overridden by flags', () => {
    const file = join(root, 'all.yaml');
    writeFileSync(
      file,
      [
        'dataset: synthetic-images\nmodel: resnet8\nwidth: 2\nbatch-size: 8\nepochs: 1\nthreads: 1',
        'limit-train-batches: 2\nclip-grad: null\nno-flip: true\nno-reorder: true\nsched: cosine\nmin-lr: 0.01',
        'output: ~/runs\nname: from-file\nno-report: true\nquiet: true\njson: true\n',
      ].join('\n'),
    );
    const outcome = meanfield(['train', '-c', file, '--sched', 'constant'], { HOME: root });
    expect(outcome.code).toBe(0);
    const run = join(root, 'runs', 'from-file');
    expect(JSON.parse(outcome.stdout)).toMatchObject({ run, finished: true });
    // A setting that the flag made ineffective is reported, and is not in the record.
    expect(outcome.stderr).toContain('min-lr ignored');
    expect(record(run)).toMatchObject({ flip: false, reorder: false, sched: 'constant' });
    for (const key of ['clip-grad', 'min-lr', 'output', 'name', 'data-dir'])
      expect(record(run)).not.toHaveProperty(key);
    expect(readdirSync(run)).not.toContain('report.html');
  });

  it('that is missing or invalid is reported with its place, exit code 2', () => {
    expectRefused(meanfield(['train', '-c', join(root, 'no.yaml')]), 'no such file');
    const file = join(root, 'wrong.yaml');
    writeFileSync(file, '# mine\nepochs: 3\nlr: fast\n');
    expectRefused(
      meanfield(['train', '-c', file]),
      `${file}:3: expected a finite number > 0 for lr, got "fast"`,
    );
    writeFileSync(file, 'epochs: 3\nlr: [\n');
    expectRefused(meanfield(['train', '-c', file]), `${file}:`);
  });
});

describe('data in a separate folder', () => {
  const stopped = (dir: string): string => join(dir, 'run');
  async function folder(name: string): Promise<string> {
    const dir = join(root, name);
    for (const [part, count] of [
      ['train', 8],
      ['test', 2],
    ] as const)
      for (const [label, background] of [
        ['ants', '#802020'],
        ['bees', '#202080'],
      ] as const) {
        mkdirSync(join(dir, 'pictures', part, label), { recursive: true });
        for (let i = 0; i < count; i++)
          await sharp({ create: { width: 8, height: 8, channels: 3, background } })
            .png()
            .toFile(join(dir, 'pictures', part, label, `${i}.png`));
      }
    return dir;
  }

  it('are found again from every folder; a new place is kept; settings that a resumed run ignores are refused', async () => {
    const [first, second] = [await folder('first'), await folder('second')];
    const train = ['train', ...net, '--dataset', 'image-folder', '--data-dir', 'pictures', '--no-report'];
    const begun = meanfield([...train, '--epochs', '2', '--output', '.', '--name', 'run'], {}, first);
    expect(begun.code).toBe(0);
    const run = stopped(first);
    expect(record(run)['data-dir']).toBe(join(first, 'pictures'));
    // From another folder, which has a `pictures` of its own.
    expect(meanfield(['evaluate', run, '--threads', '1', '--json'], {}, second).code).toBe(0);
    expect(meanfield(['train', '--resume', run, '--no-report'], {}, second).code).toBe(0);
    expect(record(run)['data-dir']).toBe(join(first, 'pictures'));
    rmSync(join(first, 'pictures'), { recursive: true });
    const moved = ['train', '--resume', run, '--no-report', '--data-dir', 'pictures'];
    expect(meanfield(moved, {}, second).code).toBe(0);
    expect(record(run)['data-dir']).toBe(join(second, 'pictures'));
    expect(meanfield(['evaluate', run, '--threads', '1', '--json']).code).toBe(0);
    for (const [flags, message] of [
      [['-c', 'x.yaml'], '-c/--config cannot be used with --resume'],
      [['--name', 'x'], '--name cannot be used with --resume'],
      [['--min-lr', '0'], '--min-lr belongs to --sched cosine, not one-cycle'],
    ] as const)
      expectRefused(meanfield(['train', '--resume', run, ...flags]), message);
  });
});
