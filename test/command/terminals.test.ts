/** Signals, closed readers, full disks and closed terminals, as a command meets them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bin, environment, meanfield, metricsWithoutTimes, startMeanfield } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const root = temporaryFolder();

const steps = 20;
/** Two epochs of 10 steps. */
const training = (name: string): string[] => [
  ...['train', '--dataset', 'synthetic-images', '--width', '4', '--batch-size', '32', '--epochs', '2'],
  ...['--limit-train-batches', '10', '--threads', '1', '--no-report', '--output', root, '--name', name],
];

interface Status {
  readonly pid: number;
  readonly state: string;
  readonly exitCode?: number;
}
const statusOf = (name: string): Status =>
  JSON.parse(readFileSync(join(root, name, 'status.json'), 'utf8')) as Status;

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 1500; i++) {
    if (isSo()) return;
    await sleep(20);
  }
  throw new Error(`waited in vain until ${what}`);
}

const firstStep = (name: string): Promise<void> =>
  until('the first step is recorded', () => {
    const file = join(root, name, 'metrics.jsonl');
    return existsSync(file) && readFileSync(file, 'utf8') !== '';
  });

const exitOf = async (child: ChildProcess): Promise<unknown> =>
  child.exitCode ?? ((await once(child, 'exit')) as unknown[])[0];

function expectFinished(name: string): void {
  expect(statusOf(name)).toMatchObject({ state: 'finished', exitCode: 0 });
  expect(metricsWithoutTimes(join(root, name))).toHaveLength(steps);
}

/** A shell in its own process group runs a line; "$@" in it is the training. */
const shell = (line: string, name: string): ChildProcess =>
  spawn('bash', ['-c', line, 'bash', process.execPath, bin, ...training(name)], {
    env: environment,
    stdio: 'ignore',
    detached: true,
  });

describe('a hang-up', () => {
  it.each([
    ['nohup with nice', 'nohup nice -n 1 "$@"'],
    ['a background job of a script under nohup', `trap '' HUP; "$@" & wait $!`],
  ])('does not stop training under %s', async (how, line) => {
    const name = how.replaceAll(' ', '-');
    const child = shell(line, name);
    const exit = exitOf(child);
    await firstStep(name);
    process.kill(-child.pid!, 'SIGHUP');
    expect(await exit).toBe(0);
    expectFinished(name);
  });

  it('does not disable SIGTERM for training under nohup', async () => {
    const child = shell('nohup "$@"', 'terminated');
    const exit = exitOf(child);
    await firstStep('terminated');
    child.kill('SIGTERM');
    expect(await exit).toBe(143);
    expect(statusOf('terminated')).toMatchObject({ state: 'stopped', exitCode: 143 });
  });

  // Terminals and service managers send two signals.
  it.each([[['SIGHUP', 'SIGHUP']], [['SIGHUP', 'SIGTERM']]] as const)(
    'that is followed by another signal still lets the step finish and save: %j',
    async (signals) => {
      const name = signals.join('-');
      const child = startMeanfield(training(name));
      const exit = exitOf(child);
      await firstStep(name);
      for (const signal of signals) child.kill(signal);
      const code = await exit;
      // Simultaneous signals arrive in any order.
      expect([129, 143]).toContain(code);
      expect(statusOf(name)).toMatchObject({ state: 'stopped', exitCode: code });
    },
  );

  it('to the whole group stops a grid after a save, with exit code 129, and the same command resumes', async () => {
    const folder = join(root, 'grid');
    const grid = [
      ...['reproduce', '--preset', 'smoke', '--width', '2', '--limit-train-batches', '24', '--jobs', '1'],
      ...['--schemes', 'vanilla', '--seeds', '1', '--threads', '1', '--output', folder],
    ];
    const child = spawn(process.execPath, [bin, ...grid], {
      env: environment,
      stdio: 'ignore',
      detached: true,
    });
    const exit = exitOf(child);
    const name = join('grid', 'synthetic-images-resnet20-w2-vanilla-s1');
    await firstStep(name);
    process.kill(-child.pid!, 'SIGHUP');
    expect(await exit).toBe(129);
    expect(statusOf(name).state).toBe('stopped');
    const stopped = metricsWithoutTimes(join(root, name)).length;
    expect(meanfield(grid).code).toBe(0);
    expect(statusOf(name).state).toBe('finished');
    expect(metricsWithoutTimes(join(root, name)).length).toBeGreaterThan(stopped);
  });

  it('ends the Studio cleanly', async () => {
    const child = startMeanfield(
      ['studio', join(root, 'none'), '--no-open', '--port', '0'],
      ['ignore', 'pipe', 'ignore'],
    );
    await once(child.stdout!, 'data');
    child.kill('SIGHUP');
    expect(await exitOf(child)).toBe(0);
  });

  it('does not stop a command without saves, nor its processes, under nohup', async () => {
    const out = join(root, 'verify');
    const args = ['verify', 'C4', '--quick', '--seed', '1..4', '--threads', '1', '--output', out];
    // The stdin of nohup in a terminal: its other trace, `$_`, would also reach the processes.
    const stdin = openSync('/dev/null', 'w');
    const child = spawn(process.execPath, [bin, ...args], {
      env: environment,
      stdio: [stdin, 'ignore', 'ignore'],
      detached: true,
    });
    closeSync(stdin);
    const exit = exitOf(child);
    const children = `/proc/${child.pid!}/task/${child.pid!}/children`;
    await until('a process handles signals', () => {
      const [first] = readFileSync(children, 'utf8').split(' ');
      if (!first || !existsSync(`/proc/${first}/status`)) return false;
      const caught = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${first}/status`, 'utf8'))?.[1];
      return parseInt(caught?.at(-1) ?? '0', 16) % 2 === 1;
    });
    process.kill(-child.pid!, 'SIGHUP');
    expect(await exit).toBe(0);
  });
});

describe('a closed reader', () => {
  it('does not stop training', async () => {
    const child = startMeanfield([...training('unread'), '--json'], ['ignore', 'pipe', 'pipe']);
    child.stdout!.destroy();
    await once(child.stderr!, 'data');
    child.stderr!.destroy();
    expect(await exitOf(child)).toBe(0);
    expectFinished('unread');
  });

  it('does not stop a grid', async () => {
    const folder = join(root, 'unread-grid');
    const child = startMeanfield(
      [
        ...['reproduce', '--preset', 'smoke', '--width', '2', '--limit-train-batches', '4', '--jobs', '1'],
        ...['--schemes', 'vanilla', '--seeds', '1', '--threads', '1', '--output', folder],
      ],
      ['ignore', 'pipe', 'pipe'],
    );
    child.stdout!.destroy();
    child.stderr!.destroy();
    expect(await exitOf(child)).toBe(0);
    expect(readdirSync(folder)).toContain('results.json');
  });

  it.each([
    ['lab', '--help'],
    ['--help'],
    ['data', 'list', '--json'],
    ['doctor'],
    ['verify', 'C1', '--quick', '--output', '{out}'],
  ])('ends %s %s quietly', async (...args) => {
    const out = join(root, 'unread-claims');
    const child = startMeanfield(
      args.map((arg) => arg.replace('{out}', out)),
      ['ignore', 'pipe', 'pipe'],
    );
    child.stdout!.destroy();
    const said = text(child.stderr!);
    expect(await exitOf(child)).toBe(0);
    expect(await said).not.toMatch(/EPIPE|\n {4}at |internal/);
  });

  it('of stderr drops the message and keeps the exit code', async () => {
    const child = startMeanfield(['report', join(root, 'no-run')], ['ignore', 'pipe', 'pipe']);
    child.stderr!.destroy();
    expect(await exitOf(child)).toBe(meanfield(['report', join(root, 'no-run')]).code);
  });

  it('ends prediction quietly', async () => {
    const run = join(root, 'predicting');
    expect(meanfield([...training('predicting'), '--epochs', '1']).code).toBe(0);
    const folder = join(root, 'images');
    mkdirSync(folder);
    // One black pixel.
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';
    for (let i = 0; i < 3; i++) writeFileSync(join(folder, `${i}.png`), Buffer.from(png, 'base64'));
    const child = startMeanfield(['predict', run, folder], ['ignore', 'pipe', 'pipe']);
    child.stdout!.destroy();
    const said = text(child.stderr!);
    expect(await exitOf(child)).toBe(0);
    expect(await said).toBe('');
  });
});

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  /** Runs with stdout, or both, on a full disk. */
  async function onFull(
    args: readonly string[],
    both: boolean,
  ): Promise<{ code: unknown; stderr: string | undefined }> {
    const full = openSync('/dev/full', 'w');
    const child = startMeanfield(args, ['ignore', full, both ? full : 'pipe']);
    closeSync(full);
    const said = child.stderr ? text(child.stderr) : undefined;
    return { code: await exitOf(child), stderr: await said };
  }

  it('under its log does not stop training', async () => {
    expect(await onFull([...training('full'), '--json'], true)).toEqual({ code: 0, stderr: undefined });
    expectFinished('full');
  });

  it.each([[['data', 'list']], [['lab', '--help']]])(
    'under the output of %j is one line and exit code 1: its result is lost',
    async (args) => {
      const { code, stderr } = await onFull(args, false);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^meanfield: cannot write to stdout: ENOSPC: no space left on device.*\n$/m);
      expect(stderr).not.toMatch(/\n {4}at /);
    },
  );
});

// `script` of util-linux gives its command a terminal that closes with it.
describe.skipIf(spawnSync('script', ['--version']).status !== 0)('a closing terminal', () => {
  const quote = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
  /** Starts in its own terminal and closes it after the first step. */
  async function closeTerminal(name: string, line: string): Promise<void> {
    const terminal = spawn('script', ['-qfc', line, '/dev/null'], {
      env: { ...environment, TERM: 'xterm' },
      stdio: 'ignore',
    });
    await firstStep(name);
    terminal.kill('SIGKILL');
    await until('training ends', () => statusOf(name).state !== 'running');
  }

  it('stops training in its foreground after a save', async () => {
    await closeTerminal('foreground', `exec ${quote([process.execPath, bin, ...training('foreground')])}`);
    expect(statusOf('foreground')).toMatchObject({ state: 'stopped', exitCode: 129 });
  });

  it('does not stop training in a separate session', async () => {
    const line = quote([process.execPath, bin, ...training('disowned')]);
    await closeTerminal('disowned', `setsid -f ${line}; sleep 60`);
    expectFinished('disowned');
  });

  it('does not stop training under nohup', async () => {
    const line = quote([process.execPath, bin, ...training('in-terminal')]);
    // Without nohup in the environment: detected from its stdin.
    await closeTerminal('in-terminal', `exec nohup env -u _ ${line} > '${root}/log'`);
    expectFinished('in-terminal');
  });
});
