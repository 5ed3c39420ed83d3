import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
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

const scratch = mkdtempSync(join(tmpdir(), 'runs-'));
process.on('exit', () => {
  rmSync(scratch, { recursive: true, force: true });
});

it('config.yaml gives back every record of JSON values', () => {
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

it('config.yaml that is no record is refused in one line with the file', () => {
  const file = join(scratch, 'bad.yaml');
  for (const text of ['- 1\n- 2\n', 'a: [1\nb: 2\n', 'just words']) {
    writeFileSync(file, text);
    expect(() => readConfigFile(file)).toThrow(/^.*bad\.yaml.*$/);
  }
});

it('summary.csv gives back every epoch, and leaves empty what is unknown', () => {
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

it('summary.csv is read by its column names, with Windows line ends too', () => {
  expect(summaryFromCsv('note,train_loss,epoch\r\nx,1,0\r\n').epochs).toEqual([{ epoch: 0, trainLoss: 1 }]);
  expect(summaryFromCsv('').problems).toEqual(['the header line is missing']);
});

it('a name holds date, model, scheme and seed, and nothing that is no file name', () => {
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

it.each([
  { age: 9_999, alive: false, state: 'running' },
  { age: 10_001, alive: false, state: 'crashed' },
  { age: 10_001, alive: true, state: 'running' },
  { age: 10_001, alive: undefined, state: 'running' },
  { age: 60_000, alive: true, state: 'running' },
  { age: 60_001, alive: true, state: 'crashed' },
  { age: 60_001, alive: undefined, state: 'crashed' },
])('a heartbeat $age ms old and a process alive: $alive is $state', ({ age, alive, state }) => {
  const now = Date.UTC(2026, 0, 1);
  const old = status('running', new Date(now - age).toISOString());
  expect(liveState(old, now, () => alive)).toBe(state);
  expect(liveState({ ...old, state: 'finished' }, now, () => alive)).toBe('finished');
});

it('knows processes of this host only', () => {
  expect(isProcessAlive(process.pid, hostname())).toBe(true);
  expect(isProcessAlive(2 ** 30, hostname())).toBe(false);
  expect(isProcessAlive(process.pid, `${hostname()}-other`)).toBeUndefined();
});

it('types and schemas can go to a browser: they import nothing of Node', () => {
  const imports = ['types.ts', 'schemas.ts', 'live.ts'].map((name) => {
    const text = readFileSync(new URL(name, import.meta.url), 'utf8');
    return [...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
  });
  expect(imports).toEqual([[], ['zod', './types.ts'], ['./types.ts']]);
});
