import { expect, it } from 'vitest';
import type { RunSummary } from '../runs/run-summary.ts';
import { formatGroupTable, groupRuns } from './table.ts';

const run = (
  scheme: string,
  seed: number,
  testError: number,
  more: Partial<RunSummary> = {},
): RunSummary => ({
  name: `${scheme}-${seed}`,
  dataset: 'cifar10',
  model: 'resnet20',
  scheme,
  seed,
  state: 'finished',
  epochs: 200,
  plannedEpochs: 200,
  steps: 1000,
  testError,
  testLoss: 0.3,
  trainLoss: 0.1,
  seconds: 3600,
  imagesPerSecond: 1000,
  swaps: 0,
  parameters: 270_000,
  stoppedEarly: false,
  final: true,
  ...more,
});

it('runs that stopped early are averaged without a warning, runs of other lengths with one', () => {
  const early = run('vanilla', 1, 8.7, { epochs: 120, stoppedEarly: true });
  expect(groupRuns([early, run('vanilla', 2, 8.9)]).notes).toEqual([]);
  expect(groupRuns([run('vanilla', 1, 8.7, { epochs: 120 }), run('vanilla', 2, 8.9)]).notes).toEqual([
    'cifar10, resnet20, vanilla: the runs have 120, 200 epochs, so their average is not meaningful',
  ]);
});

it('runs are averaged over seeds within data set, model and scheme', () => {
  const { rows, notes } = groupRuns([
    run('vanilla', 1, 8.7),
    run('mean-field', 1, 8.1),
    run('vanilla', 2, 8.9),
    run('vanilla', 1, 7, { model: 'resnet32' }),
    run('vanilla', 1, 40, { dataset: 'cifar100' }),
  ]);
  expect(
    rows.map(({ dataset, model, scheme, n, testError }) => [dataset, model, scheme, n, testError.toFixed(3)]),
  ).toEqual([
    ['cifar10', 'resnet20', 'vanilla', 2, '8.800'],
    ['cifar10', 'resnet20', 'mean-field', 1, '8.100'],
    ['cifar10', 'resnet32', 'vanilla', 1, '7.000'],
    ['cifar100', 'resnet20', 'vanilla', 1, '40.000'],
  ]);
  expect(rows[0]?.standardError).toBeCloseTo(0.1, 12);
  expect(notes).toEqual([]);
});

it('a run without a result is excluded, with a note', () => {
  const { rows, notes } = groupRuns([
    run('vanilla', 1, 8),
    run('vanilla', 2, 60, { final: false, state: 'crashed' }),
  ]);
  expect(rows[0]).toMatchObject({ n: 1, testError: 8 });
  expect(notes).toEqual(['vanilla-2 is omitted: it has no result (crashed)']);
});

it('the later of two runs with the same seed counts, with a note', () => {
  const { rows, notes } = groupRuns([
    run('vanilla', 1, 9, { name: 'old' }),
    run('vanilla', 1, 8, { name: 'new' }),
  ]);
  expect(rows[0]).toMatchObject({ n: 1, testError: 8 });
  expect(notes).toEqual(['old is omitted: new is a later run with the same seed']);
});

it('a mean over runs of different lengths is marked', () => {
  const { notes } = groupRuns([run('vanilla', 1, 9), run('vanilla', 2, 8, { epochs: 20 })]);
  expect(notes[0]).toMatch(/^cifar10, resnet20, vanilla: the runs have 20, 200 epochs/);
});

it('text and Markdown have aligned columns', () => {
  const table = groupRuns([run('vanilla', 1, 8.7), run('vanilla', 2, 8.9), run('mean|field', 1, 10.1)]);
  expect(formatGroupTable(table)).toBe(
    [
      'data     model     scheme      test error in %  test loss      time  n',
      'cifar10  resnet20  vanilla         8.80 ± 0.10      0.300  1 h 0 min  2',
      'cifar10  resnet20  mean|field            10.10      0.300  1 h 0 min  1',
      '',
      '± is the standard error of the mean over seeds.',
      '',
    ]
      .join('\n')
      .replace('test loss      time', 'test loss       time'),
  );
  const markdown = formatGroupTable(table, 'markdown').split('\n');
  expect(markdown[1]).toMatch(/^\| -+ \| -+ \| -+ \| -+: \| -+: \| -+: \| -*: \|$/);
  expect(markdown[3]).toContain('mean\\|field');
  expect(new Set(markdown.slice(0, 4).map((line) => line.length)).size).toBe(1);
});
