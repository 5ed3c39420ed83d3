/** A grid that is killed and restarted, or trained by several processes, equals an uninterrupted grid. */
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { unpackRecords } from '../../src/experiment/reproduce/records.ts';
import { decodeCsv, encodeArchive } from '../../src/io/index.ts';
import {
  meanfield,
  meanfieldBeside,
  metricsWithoutTimes,
  startMeanfield,
  summaryWithoutTimes,
} from '../command/command.ts';
import { testSeed, uniformNumbers } from '../random.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const settings = [
  ...['reproduce', '--preset', 'smoke', '--width', '2', '--limit-train-batches', '24', '--jobs', '1'],
  ...['--schemes', 'vanilla,mean-field', '--seeds', '1,2', '--threads', '1'],
];
const cells = [1, 2].flatMap((seed) =>
  ['vanilla', 'mean-field'].map((scheme) => `synthetic-images-resnet20-w2-${scheme}-s${seed}`),
);

const root = temporaryFolder();
let whole = '';
let wholeSeconds = 0;
beforeAll(() => {
  whole = join(root, 'whole');
  const started = performance.now();
  const { code, stderr } = meanfield([...settings, '--output', whole]);
  expect(stderr).toContain('4 of 4 runs finished');
  expect(code).toBe(0);
  wholeSeconds = (performance.now() - started) / 1000;
}, 300_000);

function expectSameRuns(folder: string): void {
  for (const cell of cells) {
    const [mine, theirs] = [join(folder, cell), join(whole, cell)];
    expect(metricsWithoutTimes(mine)).toEqual(metricsWithoutTimes(theirs));
    expect(summaryWithoutTimes(mine)).toEqual(summaryWithoutTimes(theirs));
    const weights = join('checkpoints', 'last', 'model.safetensors');
    expect(readFileSync(join(mine, weights)).equals(readFileSync(join(theirs, weights)))).toBe(true);
  }
}

/** When each finished cell was finished. */
function finished(folder: string): Map<string, number> {
  const results = cells.map((cell) => [cell, join(folder, cell, 'result.json')] as const);
  return new Map(
    results.filter(([, file]) => existsSync(file)).map(([cell, file]) => [cell, statSync(file).mtimeMs]),
  );
}

it('a grid writes a page, tables and numbers', () => {
  for (const file of ['reproduce.html', 'table.md', 'runs.csv', 'results.json'])
    expect(readFileSync(join(whole, file), 'utf8').length).toBeGreaterThan(500);
  const { rows, finished: done } = JSON.parse(readFileSync(join(whole, 'results.json'), 'utf8')) as {
    finished: number;
    rows: { arms: { arm: string; runs: { name: string; error: number }[] }[] }[];
  };
  expect(done).toBe(4);
  const runs = rows.flatMap(({ arms }) => arms.flatMap((arm) => arm.runs));
  expect(runs.map(({ name }) => name).sort()).toEqual([...cells].sort());
  for (const { name, error } of runs) {
    const result = JSON.parse(readFileSync(join(whole, name, 'result.json'), 'utf8')) as {
      testError: number;
    };
    expect(error).toBe(result.testError);
  }
});

it('compare finds the same paired gain as the table of the grid', () => {
  const { rows } = JSON.parse(readFileSync(join(whole, 'results.json'), 'utf8')) as {
    rows: { comparisons: { gain: { mean: number; interval: number[]; pValue: number } }[] }[];
  };
  const { mean, interval, pValue } = rows[0]!.comparisons[0]!.gain;
  const figure = join(root, 'difference.svg');
  const { stdout } = meanfield([
    ...['compare', `${whole}:scheme=vanilla`, `${whole}:scheme=mean-field`, '--json', '--output', figure],
  ]);
  const { difference } = JSON.parse(stdout) as {
    difference: { mean: number; interval: number[]; pValue: number };
  };
  // A gain is a lower error; a difference is b - a.
  expect(difference.mean).toBeCloseTo(-mean, 10);
  expect(difference.pValue).toBeCloseTo(pValue, 10);
  expect(difference.interval[0]).toBeCloseTo(-interval[1]!, 10);
  expect(readFileSync(figure, 'utf8')).toMatch(/^<svg .*difference in test-error/s);
});

it('the record of a grid fills up during training', { timeout: 240_000 }, async () => {
  const folder = join(root, 'filling');
  const grid = startMeanfield([...settings, '--output', folder]);
  const record = (): { finished: number; unfinished: unknown[] } | undefined =>
    existsSync(join(folder, 'results.json'))
      ? (JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as {
          finished: number;
          unfinished: unknown[];
        })
      : undefined;
  await expect.poll(() => record()?.unfinished.length, { timeout: 60_000 }).toBe(4);
  await expect.poll(() => record()?.finished, { timeout: 120_000 }).toBeGreaterThan(0);
  expect(record()).toMatchObject({ finished: finished(folder).size });
  grid.kill('SIGKILL');
  if (grid.exitCode === null && grid.signalCode === null) await once(grid, 'exit');
});

it('a finished grid is not trained again', () => {
  const before = finished(whole);
  const { code, stderr } = meanfield([...settings, '--output', whole]);
  expect(code).toBe(0);
  expect(stderr).not.toContain('starts');
  expect(finished(whole)).toEqual(before);
});

it('eight SIGKILLs lose no finished run, repeat none, and change no bit', { timeout: 240_000 }, async () => {
  const folder = join(root, 'killed');
  const uniform = uniformNumbers(testSeed());
  let before = new Map<string, number>();
  for (let i = 0; i < 8; i++) {
    const grid = startMeanfield([...settings, '--output', folder]);
    await sleep((wholeSeconds / 3) * 1000 * uniform());
    grid.kill('SIGKILL');
    if (grid.exitCode === null && grid.signalCode === null) await once(grid, 'exit');
    const after = finished(folder);
    for (const [cell, time] of before) expect(after.get(cell)).toBe(time);
    before = after;
  }
  const { code, stderr } = meanfield([...settings, '--output', folder]);
  expect(stderr).toContain('4 of 4 runs finished');
  expect(code).toBe(0);
  for (const [cell, time] of before) expect(finished(folder).get(cell)).toBe(time);
  expectSameRuns(folder);
});

it(
  'two processes on one grid train each cell once, and both report the whole grid',
  { timeout: 240_000 },
  async () => {
    const folder = join(root, 'shared');
    const outcomes = await Promise.all([1, 2].map(() => meanfieldBeside([...settings, '--output', folder])));
    const ended = outcomes.flatMap(({ stderr }) =>
      [...stderr.matchAll(/^(\S+) finished \(/gm)].map(([, cell]) => cell),
    );
    expect(ended.sort()).toEqual([...cells].sort());
    for (const { code, stderr } of outcomes) {
      expect(code).toBe(0);
      expect(stderr).toContain('4 of 4 runs finished');
    }
    // Exactly one claim per cell.
    for (const cell of cells) expect(readdirSync(join(folder, '.claims', cell))).toEqual(['1.json']);
    expectSameRuns(folder);
  },
);

/** The folder of a published grid's records, unpacked. */
async function unpacked(publication: string): Promise<string> {
  const folder = mkdtempSync(join(root, 'unpacked-'));
  await unpackRecords(publication, folder);
  return folder;
}

const reportFiles = ['reproduce.html', 'table.md', 'runs.csv', 'results.json'];

it('a published grid is one archive without checkpoints and paths, from which the same report is made', async () => {
  const folder = join(root, 'published');
  expect(meanfield([...settings, '--output', whole, '--publish', folder]).code).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(
    ['curves.csv.gz', 'figures', 'records.tar.gz', ...reportFiles].sort(),
  );
  const runs = await unpacked(folder);
  expect(readdirSync(runs).sort()).toEqual([...cells].sort());
  const run = join(runs, cells[1]!);
  expect(existsSync(join(run, 'checkpoints'))).toBe(false);
  for (const name of ['records.tar.gz', 'curves.csv.gz'])
    expect(gunzipSync(readFileSync(join(folder, name))).includes(root), name).toBe(false);
  const json = (file: string): unknown => JSON.parse(readFileSync(join(run, file), 'utf8'));
  expect(json('status.json')).toMatchObject({ host: '', state: 'finished' });
  for (const key of ['host', 'command', 'libtorchPath']) expect(json('env.json')).not.toHaveProperty(key);

  const report = (of: string): string[] => [
    ...reportFiles.map((name) => readFileSync(join(of, name), 'utf8')),
    ...readdirSync(join(of, 'figures')).map((name) => readFileSync(join(of, 'figures', name), 'utf8')),
  ];
  const published = report(folder);
  const fromFolders = meanfield([...settings, '--output', runs, '--report-only']);
  expect(fromFolders.stderr).toContain('4 of 4 runs finished');
  expect(report(runs)).toEqual(published);
  const onlyArchive = join(root, 'only-archive');
  mkdirSync(onlyArchive);
  cpSync(join(folder, 'records.tar.gz'), join(onlyArchive, 'records.tar.gz'));
  meanfield([...settings, '--output', onlyArchive, '--report-only']);
  expect(report(onlyArchive)).toEqual(published);
  expect(readdirSync(onlyArchive)).not.toContain(cells[0]);

  const steps = decodeCsv(
    gunzipSync(readFileSync(join(folder, 'curves.csv.gz'))).toString(),
    'curves.csv.gz',
  );
  expect(new Set(steps.map((row) => row.run))).toEqual(new Set(cells));
});

it('training in a published grid unpacks its runs; publishing it again changes nothing', () => {
  const [folder, again] = [join(root, 'published'), join(root, 'published-again')];
  meanfield([...settings, '--output', folder, '--publish', again]);
  for (const name of ['records.tar.gz', 'curves.csv.gz'])
    expect(readFileSync(join(again, name)).equals(readFileSync(join(folder, name))), name).toBe(true);
  const { stderr } = meanfield([...settings, '--output', folder]);
  expect(stderr).not.toContain('starts');
  expect(stderr).toContain('4 of 4 runs finished');
  expect(existsSync(join(folder, cells[0]!, 'result.json'))).toBe(true);
  const table = (of: string): string => readFileSync(join(of, 'table.md'), 'utf8');
  expect(table(folder)).toBe(table(whole));
});

it('publishing a part of a grid keeps the other published runs', async () => {
  const folder = join(root, 'parts');
  for (const seed of ['1', '2'])
    meanfield([...settings, '--seeds', seed, '--output', whole, '--publish', folder]);
  expect(readdirSync(await unpacked(folder)).sort()).toEqual([...cells].sort());
});

it(
  'an interrupted grid is published with its last checkpoint, and resumes elsewhere to the same bits',
  { timeout: 240_000 },
  async () => {
    const [folder, publication, elsewhere] = ['stopped', 'carried', 'elsewhere'].map((name) =>
      join(root, name),
    ) as [string, string, string];
    const last = (cell: string): string => join(folder, cell, 'checkpoints', 'last', 'state.json');
    const grid = startMeanfield([...settings, '--output', folder]);
    await expect.poll(() => existsSync(last(cells[1]!)), { timeout: 120_000, interval: 20 }).toBe(true);
    grid.kill('SIGINT');
    await once(grid, 'exit');
    const published = meanfield([...settings, '--output', folder, '--publish', publication, '--json']);
    const { published: finishedRuns, packed } = JSON.parse(published.stdout) as {
      published: number;
      packed: Record<string, number>;
    };
    expect(finishedRuns).toBeGreaterThan(0);
    const interrupted = cells[finishedRuns]!;
    expect(Object.keys(packed)).toEqual([interrupted]);
    const file = join(publication, 'records.tar.gz');
    expect(gunzipSync(readFileSync(file)).includes(root)).toBe(false);

    const moved = meanfield([...settings, '--from', publication, '--output', elsewhere]);
    expect(moved.stderr).toContain(`${finishedRuns} finished and 1 interrupted runs copied from`);
    expect(moved.stderr).toContain('4 of 4 runs finished');
    // Published records are a sample of the steps; new steps are complete, and the same to the bit.
    const weights = (of: string): Buffer =>
      readFileSync(join(of, interrupted, 'checkpoints', 'last', 'model.safetensors'));
    expect(weights(elsewhere).equals(weights(whole))).toBe(true);
    for (const cell of cells) {
      const error = (of: string): unknown =>
        (JSON.parse(readFileSync(join(of, cell, 'result.json'), 'utf8')) as { testError: number }).testError;
      expect(error(elsewhere)).toBe(error(whole));
    }

    // Earlier versions packed each interrupted run separately.
    const records = join(await unpacked(publication), interrupted);
    const earlier = join(root, 'earlier');
    mkdirSync(join(earlier, 'packed'), { recursive: true });
    const single = join(earlier, 'packed', `${interrupted}.tar.gz`);
    const entries = readdirSync(records, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => ({ name: path.slice(records.length + 1), bytes: readFileSync(path) }));
    writeFileSync(single, await encodeArchive(entries));
    const target = join(root, 'resumed');
    mkdirSync(target);
    const resumed = meanfield([...settings, '--from', earlier, '--output', target, '--report-only']);
    expect(resumed.stderr).toContain('0 finished and 1 interrupted runs copied from');

    meanfield([...settings, '--output', elsewhere, '--publish', publication]);
    expect(existsSync(join(await unpacked(publication), interrupted, 'checkpoints'))).toBe(false);
    writeFileSync(file, gzipSync('no archive'));
    const damaged = meanfield([...settings, '--from', publication, '--output', join(root, 'damaged')]);
    expect(damaged.stderr).toContain(`${file} is `);
    expect(damaged.stderr).not.toContain('    at ');
    expect(existsSync(join(root, 'damaged', interrupted))).toBe(false);
  },
);

it('a finished run with missing settings stops the grid, and nothing is trained', () => {
  const folder = join(root, 'bare');
  cpSync(whole, folder, { recursive: true });
  const settingsOf = join(folder, cells[0]!, 'config.yaml');
  rmSync(settingsOf);
  const { code, stderr } = meanfield([...settings, '--output', folder]);
  expect(code).toBe(1);
  expect(stderr).toContain('has no config.yaml: restore it, or delete');
  expect(existsSync(join(folder, cells[0]!, 'result.json'))).toBe(true);
  writeFileSync(settingsOf, 'model: [');
  expect(meanfield([...settings, '--output', folder]).stderr).toMatch(
    /config.yaml is not YAML: .*; delete .* to train it again/,
  );
});

it('a failure common to all runs stops the grid before the first one, with its exit code', () => {
  const folder = join(root, 'nowhere');
  const missing = ['--dataset', 'cifar10', '--data-dir', join(root, 'empty')];
  const { code, stderr } = meanfield([...settings, ...missing, '--output', folder]);
  expect(code).toBe(3);
  expect([...stderr.matchAll(/cifar10 not found in /g)]).toHaveLength(1);
  expect(stderr).not.toContain('starts');
  expect(meanfield([...settings, ...missing, '--output', folder, '--dry-run']).code).toBe(3);
});

it('shards partition the pairs of row and seed', () => {
  const folder = join(root, 'shards');
  const { stderr } = meanfield([...settings, '--output', folder, '--shard', '2/2']);
  expect(stderr).toContain('2 of 4 runs finished');
  expect([...finished(folder).keys()]).toEqual(cells.slice(2));
});

it('errors of a grid with a validation split are those on the held-out images, at the end', () => {
  const folder = join(root, 'validation');
  const split = ['--schemes', 'vanilla', '--seeds', '1', '--val-split', '256'];
  const { stderr } = meanfield([...settings, ...split, '--output', folder, '--json']);
  expect(stderr).toContain('on the validation set');
  const run = join(folder, 'synthetic-images-resnet20-w2-v256-vanilla-s1');
  const result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as Record<string, number>;
  expect(result.validationError).not.toBe(result.testError);
  const { rows } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as {
    rows: { arms: { runs: { error: number }[] }[] }[];
  };
  expect(rows[0]?.arms[0]?.runs[0]?.error).toBe(result.validationError);
});

it('a dry run trains nothing: it lists the cells with the remaining time, none for finished ones', () => {
  const folder = join(root, 'dry');
  for (const cell of cells.slice(0, 2)) cpSync(join(whole, cell), join(folder, cell), { recursive: true });
  const { code, stdout } = meanfield([...settings, '--output', folder, '--dry-run', '--json']);
  expect(code).toBe(0);
  const { cells: listed, secondsLeft } = JSON.parse(stdout) as {
    secondsLeft: number;
    cells: { name: string; state: string; secondsLeft: number; timing?: { steps: number } }[];
  };
  expect(listed.map(({ name }) => name)).toEqual(cells);
  expect(listed.map(({ state }) => state)).toEqual(['finished', 'finished', 'new', 'new']);
  expect(listed[0]?.secondsLeft).toBe(0);
  for (const { timing } of listed.slice(2)) expect(timing?.steps).toBeGreaterThanOrEqual(50);
  expect(secondsLeft).toBeCloseTo(
    listed.reduce((sum, cell) => sum + cell.secondsLeft, 0),
    6,
  );
  expect(finished(folder).size).toBe(2);
});

it.each([
  [['--rows', 'resnet21'], '--rows: the table has no row "resnet21": did you mean resnet20?'],
  [['--schemes', 'meanfield'], '--schemes: unknown scheme "meanfield": did you mean mean-field?'],
  [['--shard', '5/4'], '--shard: expected i/n with i from 1 to n'],
  [['--tau-starts', 'even'], '--tau-starts'],
  [['--seeds', 'x'], '--seeds'],
  [['--preset', 'slow'], '--preset'],
])('%j is refused in one line', (wrong, message) => {
  const { code, stderr } = meanfield([...settings, ...wrong, '--output', join(root, 'refused')]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(existsSync(join(root, 'refused'))).toBe(false);
});

it('a folder trained with other settings is refused before anything is trained', () => {
  const { code, stderr } = meanfield([...settings, '--lr', '0.3', '--output', whole]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /was trained with lr 0\.05, but this grid has 0\.3: use the same settings, or choose another --output/,
  );
});
