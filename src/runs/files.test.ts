import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  currentStatus,
  type EpochRecord,
  isProcessAlive,
  liveState,
  readConfigFile,
  runName,
  type RunStatus,
  slug,
  summaryFromCsv,
  summaryToCsv,
  writeConfigFile,
} from './index.ts';
import { processMark } from '../processes/index.ts';
import { lastEpochFromCsv } from './summary.ts';
import { temporaryFolder } from '../test-folder.ts';

const scratch = temporaryFolder();

it('config.yaml round-trips every record of JSON values', () => {
  const file = join(scratch, 'config.yaml');
  const value = fc.jsonValue({ maxDepth: 2 }).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
  const keys = fc.string().filter((key) => key !== '__proto__');
  fc.assert(
    fc.property(fc.dictionary(keys, value), (config) => {
      writeConfigFile(file, config);
      expect(readConfigFile(file)).toEqual({ ...config });
    }),
    { numRuns: 60 },
  );
});

it('config.yaml that is not a mapping is refused in one line with the file', () => {
  const file = join(scratch, 'bad.yaml');
  for (const text of ['- 1\n- 2\n', 'a: [1\nb: 2\n', 'just words']) {
    writeFileSync(file, text);
    expect(() => readConfigFile(file)).toThrow(/^.*bad\.yaml.*$/);
  }
});

it('config.yaml is read as YAML, whatever its style', () => {
  const file = join(scratch, 'any.yaml');
  const scalar = fc.oneof(
    fc.constantFrom(
      ...[
        'mean-field',
        'true',
        'no',
        'null',
        '1e3',
        '0x10',
        '007',
        '-5',
        '.inf',
        'nan',
        "'q'",
        'a b',
        '~',
        '-',
      ],
      ...['2026-01-01', '1_000', '12345678901234567890', 'x # y', '&a b', 'TRUE', 'Null', '', '|', '[1, 2]'],
      ...[
        '5.',
        '.5',
        '-0',
        '-0.0',
        '0.10',
        '5e-7',
        '1.5e-7',
        '1.5e-07',
        '/data/x.y',
        '0o7',
        '1:30',
        '=',
        '<<',
      ],
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  );
  const line = fc.oneof(
    fc.tuple(fc.constantFrom('lr', 'seed', 'data-dir'), scalar).map(([key, value]) => `${key}: ${value}`),
    scalar.map((value) => `  - ${value}`),
    fc.constantFrom('mean:', '  seed: 2', ' more', '# seed: 3', '---', '"seed": 4', 'constructor: 1', ''),
  );
  const outcome = (read: () => unknown): unknown => {
    try {
      return read();
    } catch {
      return 'refused';
    }
  };
  const isRecord = (content: unknown): boolean =>
    content === null || (typeof content === 'object' && !Array.isArray(content));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const text = `${lines.join('\n')}\n`;
      writeFileSync(file, text);
      const expected = outcome(() => parse(text) as unknown);
      expect(outcome(() => readConfigFile(file))).toEqual(isRecord(expected) ? (expected ?? {}) : 'refused');
    }),
    { numRuns: 2000 },
  );
});

it('summary.csv round-trips every epoch, and leaves unknown values empty', () => {
  const epochs: EpochRecord[] = [
    { epoch: 0, trainLoss: 2.302585092994046, lr: 1e-7, swaps: 0 },
    {
      epoch: 1,
      trainError: 10,
      evalLoss: 0.1,
      evalError: 8.5,
      evalTop1: 91.5,
      evalTop5: 99,
      seconds: 3,
      imagesPerSecond: 9,
      peakRssMb: 1,
    },
  ];
  const csv = summaryToCsv(epochs);
  expect(csv.split('\n').slice(0, 2)).toEqual([
    'epoch,train_loss,train_error,eval_loss,eval_error,eval_top1,eval_top5,lr,seconds,images_per_second,swaps,peak_rss_mb',
    '0,2.302585092994046,,,,,,1e-7,,,0,',
  ]);
  expect(summaryFromCsv(csv)).toEqual({ epochs, problems: [] });
  expect(summaryFromCsv(summaryToCsv([{ epoch: 0, trainLoss: Number.NaN }])).epochs).toEqual([{ epoch: 0 }]);
});

it('the last epoch of summary.csv is the last of all epochs', () => {
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat());
  const epochs = fc.array(
    fc.record({ epoch: fc.nat(), trainLoss: number, swaps: number }, { requiredKeys: ['epoch'] }),
  );
  fc.assert(
    fc.property(epochs, fc.constantFrom('', 'torn'), (list, end) => {
      const csv = summaryToCsv(list) + end;
      const { epochs: all, problems } = summaryFromCsv(csv);
      const last = all.at(-1);
      expect(lastEpochFromCsv(csv)).toEqual({ ...(last && { epoch: last }), problems });
    }),
  );
  expect(lastEpochFromCsv('epoch,lr\n0,1\nx,y\n')).toEqual({ problems: ['the last line cannot be read'] });
  expect(lastEpochFromCsv('')).toEqual({ problems: ['the header line is missing'] });
});

it('summary.csv refuses values that are not numbers', () => {
  const csv = 'epoch,lr\n0,Infinity\n1.5,1\n-1,1\n2,0x\n3,1e-3\n,1\n';
  const { epochs, problems } = summaryFromCsv(csv);
  expect(epochs).toEqual([{ epoch: 3, lr: 1e-3 }]);
  expect(problems).toHaveLength(5);
});

it('summary.csv is read by column name, with Windows line endings too', () => {
  expect(summaryFromCsv('note,train_loss,epoch\r\nx,1,0\r\n').epochs).toEqual([{ epoch: 0, trainLoss: 1 }]);
  expect(summaryFromCsv('').problems).toEqual(['the header line is missing']);
});

it('a name holds date, model, scheme and seed, without characters that a file name cannot hold', () => {
  const date = new Date(2026, 7, 3, 4, 5, 6);
  expect(runName({ model: 'resnet20', scheme: 'mean-field', seed: 42 }, date)).toBe(
    '20260803-040506-resnet20-mean-field-s42',
  );
  expect(runName({ model: '../../x y', scheme: 'a/b', seed: 1 }, date)).toBe('20260803-040506-x-y-a-b-s1');
  expect(slug('..')).toBe('x');
});

const status = (state: RunStatus['state'], heartbeat: string): RunStatus => ({
  pid: 1,
  host: 'here',
  state,
  heartbeat,
  started: heartbeat,
  step: 1,
  epoch: 0,
  totalSteps: 2,
});

const now = Date.UTC(2026, 0, 1);
const runningSince = (age: number): RunStatus => status('running', new Date(now - age).toISOString());

it.each([
  { age: 0, alive: false, state: 'crashed' },
  { age: 0, alive: true, state: 'running' },
  { age: 60_000, alive: true, state: 'running' },
  { age: 60_000, alive: undefined, state: 'running' },
  { age: 60_001, alive: true, state: 'crashed' },
  { age: 60_001, alive: undefined, state: 'crashed' },
])('a heartbeat $age ms old with a process that is alive ($alive) means $state', ({ age, alive, state }) => {
  const old = runningSince(age);
  expect(liveState(old, now, () => alive)).toBe(state);
  expect(liveState({ ...old, state: 'finished' }, now, () => alive)).toBe('finished');
});

it('a run that ends between reading its status and checking its process has not crashed', () => {
  const running = runningSince(100);
  const finished: RunStatus = { ...running, state: 'finished', exitCode: 0 };
  const dead = (): boolean => false;
  expect(currentStatus(running, () => finished, now, dead)).toEqual({ status: finished, state: 'finished' });
  expect(currentStatus(running, () => running, now, dead).state).toBe('crashed');
  expect(currentStatus(running, () => undefined, now, dead)).toEqual({ status: running, state: 'crashed' });
});

it('identifies a process by its number on this host only', () => {
  expect(isProcessAlive({ pid: process.pid, host: hostname() })).toBe(true);
  expect(isProcessAlive({ pid: 2 ** 30, host: hostname() })).toBe(false);
  expect(isProcessAlive({ pid: process.pid, host: `${hostname()}-other` })).toBeUndefined();
});

it.runIf(existsSync('/proc/self/ns/pid'))(
  'identifies a process by its mark, within the scope of process numbers',
  () => {
    const { pid } = process;
    const mark = processMark();
    expect(isProcessAlive({ pid, host: 'renamed since', process: mark })).toBe(true);
    // A reused number: another start time.
    expect(isProcessAlive({ pid, host: hostname(), process: mark.replace(/\d+$/, '1') })).toBe(false);
    // Another boot, or a container.
    expect(isProcessAlive({ pid, host: hostname(), process: `x${mark}` })).toBeUndefined();
  },
);

it.runIf(existsSync('/proc/self/stat'))('a dead process that was not reaped is not alive', async () => {
  // The shell starts a child and replaces itself with a program that does not reap it; then the child dies.
  const shell = spawn('/bin/sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const isZombie = (): boolean => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(' Z ');
  await expect.poll(isZombie, { timeout: 20_000 }).toBe(true);
  expect(isProcessAlive({ pid, host: hostname() })).toBe(false);
  shell.kill('SIGKILL');
});

it('types and schemas work in a browser, they import nothing from Node', () => {
  const imports = ['types.ts', 'schemas.ts', 'live.ts'].map((name) => {
    const text = readFileSync(new URL(name, import.meta.url), 'utf8');
    return [...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
  });
  expect(imports).toEqual([['./schemas.ts', './schemas.ts'], ['zod'], ['./types.ts']]);
});
