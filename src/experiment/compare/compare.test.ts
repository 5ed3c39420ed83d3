import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileError, UsageError } from '../../errors.ts';
import { temporaryFolder } from '../../test-folder.ts';
import { trackers } from '../../trackers/index.ts';
import { compareGroups } from './index.ts';

const folder = temporaryFolder();
let files = 0;
function csv(...lines: readonly string[]): string {
  const file = join(folder, `${files++}.csv`);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/** A folder of finished runs. */
function runs(
  ...results: readonly { seed: number; error: number; scheme: string; width?: number }[]
): string {
  const root = temporaryFolder();
  results.forEach(({ seed, error, scheme, width = 16 }, i) => {
    const dir = join(root, `run-${i}`);
    mkdirSync(dir);
    writeFileSync(join(dir, 'config.yaml'), `scheme: ${scheme}\nwidth: ${width}\nseed: ${seed}\n`);
    const result = {
      ...{ model: 'resnet20', scheme, seed, dataset: 'synthetic-images', testError: error, testLoss: 1 },
      ...{ trainLoss: 1, epochs: 1, steps: 9, seconds: 1, secondsPerEpoch: [1], swaps: 0, finalSteps: {} },
      ...{ confusion: [[1]], perClassError: [0], classes: ['a'], parameters: 9 },
    };
    writeFileSync(join(dir, 'result.json'), JSON.stringify(result));
  });
  return root;
}

it('agrees with the paired t-test of SciPy, whatever the order of the rows', () => {
  const a = csv('seed,accuracy', '3,0.9', '1,0.85', '2,0.88', '4,0.91');
  const b = csv('accuracy,seed', '0.87,1', '0.91,2', '0.93,3', '0.9,4');
  const { metric, difference, seeds, differences } = compareGroups(a, b);
  expect(metric).toBe('accuracy');
  expect(seeds).toEqual(['1', '2', '3', '4']);
  expect(differences.map((one) => Number(one.toFixed(10)))).toEqual([0.02, 0.03, 0.03, -0.01]);
  // scipy.stats.ttest_rel(b, a) and its confidence_interval()
  expect(difference.mean).toBeCloseTo(0.0175, 12);
  expect(difference.pValue).toBeCloseTo(0.1615936855479428, 8);
  expect(difference.interval![0]).toBeCloseTo(-0.012621368138561503, 8);
  expect(difference.interval![1]).toBeCloseTo(0.047621368138561534, 8);
});

it('compares finished runs of a folder by a setting, on the seeds that both groups have', () => {
  const root = runs(
    { seed: 1, error: 9, scheme: 'vanilla' },
    { seed: 2, error: 8, scheme: 'vanilla' },
    { seed: 10, error: 8.5, scheme: 'mean-field' },
    { seed: 2, error: 7.5, scheme: 'mean-field' },
    { seed: 1, error: 8.25, scheme: 'mean-field' },
  );
  mkdirSync(join(root, 'running'));
  writeFileSync(join(root, 'running', 'config.yaml'), 'scheme: vanilla\n');
  const { metric, a, b, differences, notes } = compareGroups(
    `${root}:scheme=vanilla`,
    `${root}:scheme=mean-field`,
  );
  expect([metric, a.mean, b.values]).toEqual(['test-error', 8.5, { 1: 8.25, 2: 7.5, 10: 8.5 }]);
  expect(differences).toEqual([-0.75, -0.5]);
  expect(notes.join('\n')).toMatch(/not finished, left out: running/);
  expect(notes.join('\n')).toMatch(/seed 10 has no partner/);
});

it('takes the last step of a history', () => {
  const a = csv('seed,step,loss', '1,1,9', '1,2,3', '2,1,8', '2,2,4');
  const b = csv('seed,step,loss', '1,2,2', '2,2,2');
  const { differences, notes } = compareGroups(a, b);
  expect(differences).toEqual([-1, -2]);
  expect(notes[0]).toMatch(/the last row of each seed is used, of 4 rows/);
});

it.each([
  ['a column whose name ends in seed', 'config.seed,loss\n1,2\n2,4', 'params/Seed,loss\n1,3\n2,3'],
  [
    'the numbers at the end of names of runs',
    'run,loss\nbase-s1,2\nbase-s2,4',
    'run,loss\nown_seed=1,3\nown_seed=2,3',
  ],
])('finds seeds in %s', (_, a, b) => {
  const options = a.startsWith('run') ? { seedColumn: 'run' } : {};
  expect(compareGroups(csv(a), csv(b), options).differences).toEqual([1, -1]);
});

it('reads TensorBoard logs: the last value of a tag, seeds from hyperparameters or names of folders', async () => {
  const logs = temporaryFolder();
  const log = async (
    name: string,
    parameters: Record<string, string | number>,
    ...losses: number[]
  ): Promise<void> => {
    const points = losses.map((loss, i) => ({ step: i + 1, time: i, metrics: { 'eval/loss': loss } }));
    const history = {
      name,
      started: 0,
      ended: 9,
      state: 'finished' as const,
      finished: true,
      parameters,
      points,
      problems: [],
    };
    await trackers.tensorboard.write(history, logs);
  };
  await log('a', { seed: 1, method: 'base' }, 9, 4);
  await log('b', { seed: 2, method: 'base' }, 8, 3);
  await log('own-s1', { method: 'own' }, 3);
  await log('own-s2', { method: 'own' }, 5, 2.5);
  const { metric, differences } = compareGroups(`${logs}:method=base`, `${logs}:method=own`);
  expect([metric, ...differences]).toEqual(['eval/loss', -1, -0.5]);
  expect(() => compareGroups(logs, logs)).toThrow(/several runs have seed 1.*:method=base or :method=own/);
  await log('nameless', {}, 3);
  expect(() => compareGroups(logs, logs)).toThrow(/nameless has no hyperparameter seed/);
});

it('a damaged TensorBoard log is refused with the place', async () => {
  const logs = temporaryFolder();
  const points = [{ step: 1, time: 0, metrics: { loss: 2 } }];
  const history = {
    name: 'x-s1',
    started: 0,
    ended: 1,
    state: 'finished' as const,
    finished: true,
    parameters: {},
    points,
    problems: [],
  };
  const [file] = await trackers.tensorboard.write(history, logs);
  const bytes = readFileSync(file!);
  writeFileSync(file!, bytes.subarray(0, -5));
  expect(compareGroups(logs, logs).metric).toBe('loss');
  bytes[20]! ^= 1;
  writeFileSync(file!, bytes);
  expect(() => compareGroups(logs, logs)).toThrow(
    /tfevents.* is damaged: the checksum .* at byte 0 does not match/,
  );
});

it('equal groups are called identical, and one pair has no interval', () => {
  const a = csv('seed,loss', '1,2', '2,4');
  expect(compareGroups(a, a).difference).toEqual({ n: 2, mean: 0, identical: true });
  expect(compareGroups(a, csv('seed,loss', '2,3')).difference).toEqual({ n: 1, mean: -1 });
});

it('never merges two runs of a seed: it names what tells them apart', () => {
  const root = runs(
    { seed: 1, error: 9, scheme: 'vanilla', width: 16 },
    { seed: 1, error: 8, scheme: 'vanilla', width: 32 },
  );
  expect(() => compareGroups(root, root)).toThrow(/several runs have seed 1.*:width=16 or :width=32/);
  const table = csv('seed,width,loss', '1,16,9', '1,32,8');
  expect(() => compareGroups(table, table, { metric: 'loss' })).toThrow(
    /several runs have seed 1.*:width=16 or :width=32/,
  );
  const histories = csv('seed,step,loss', '1,1,9', '1,2,8', '1,1,9', '1,2,7');
  expect(() => compareGroups(histories, histories)).toThrow(/several runs have seed 1/);
});

it.each([
  ['a missing path', 'missing', FileError, /does not exist/],
  ['a value that no run has', 'RUNS:scheme=vanila', FileError, /none of 1 matches; scheme is vanilla/],
  [
    'a setting that does not exist',
    'RUNS:schem=vanilla',
    UsageError,
    /there is no schem; did you mean scheme\?/,
  ],
  ['a table without seeds', 'CSV', UsageError, /there is no column seed; give --seed-column, one of a, loss/],
])('%s is refused in one line', (_, text, kind, message) => {
  const root = runs({ seed: 1, error: 9, scheme: 'vanilla' });
  const group = text.replace('RUNS', root).replace('CSV', csv('a,loss', '1,2'));
  expect(() => compareGroups(group, root)).toThrow(message);
  expect(() => compareGroups(group, root)).toThrow(kind);
});

it('groups without a common seed are refused with the seeds of both', () => {
  const [a, b] = [csv('seed,loss', '1,2'), csv('seed,loss', '2,2', '3,2')];
  expect(() => compareGroups(a, b)).toThrow(/no seed is in both groups: .* has 1, .* has 2, 3/);
});

it('values of any size have an interval, and values that are all 0 are identical', () => {
  const [a, b] = [
    csv('seed,loss', '1,1e-12', '2,2e-12', '3,4e-12'),
    csv('seed,loss', '1,3e-12', '2,3e-12', '3,7e-12'),
  ];
  expect(compareGroups(a, b).difference.pValue).toBeGreaterThan(0);
  const zeros = csv('seed,loss', '1,0', '2,0');
  expect(compareGroups(zeros, zeros).difference).toEqual({ n: 2, mean: 0, identical: true });
});
