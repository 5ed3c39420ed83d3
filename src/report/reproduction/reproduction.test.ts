import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ArmResult, Comparison, Reproduction, ReproductionRow } from '../../runs/index.ts';
import { gainsFigure, orderFigure, tableFigure } from '../../pictures/index.ts';
import { writeReproduction } from './report.ts';
import { verdictOf, verdictSentences, verdictTable } from './verdict.ts';
import {
  comparisonTable,
  csvTable,
  gainText,
  markdownTable,
  meanText,
  reproductionTable,
  runsTable,
} from './tables.ts';
import { temporaryFolder } from '../../test-folder.ts';

const folder = temporaryFolder();

const arm = (scheme: string, errors: readonly number[], rest: Partial<ArmResult> = {}): ArmResult => {
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return {
    arm: scheme,
    scheme,
    error: { n: errors.length, mean, ...(errors.length > 1 && { deviation: 0.2, standardError: 0.1 }) },
    runs: errors.map((error, i) => ({
      name: `${scheme}-s${i + 1}`,
      seed: i + 1,
      error,
      testError: error,
      trainLoss: 0.1,
      swaps: 0,
      seconds: 60,
    })),
    ...rest,
  };
};

const gain: Comparison = {
  arm: 'mean-field',
  against: 'vanilla',
  seeds: [1, 2, 3],
  gains: [0.1, 0.5, 0.3],
  gain: {
    ...{ n: 3, mean: 0.3, deviation: 0.2, standardError: 0.115, interval: [-0.2, 0.8], pValue: 0.12 },
    ...{ detectable: 0.23, pairsNeeded: 2 },
  },
};

const row: ReproductionRow = {
  ...{ id: 'resnet20', network: 'ResNet20', dataset: 'cifar10', model: 'resnet20' },
  talk: { vanilla: 8.75, meanField: 8.19 },
  arms: [
    arm('vanilla', [9, 9.2, 9.4]),
    arm('mean-field', [8.9, 8.7, 9.1], {
      order: {
        runs: 3,
        lastEpoch: 2,
        stages: [{ stage: 'layer1', perRun: 2, perEpoch: [1.5, 0.5], reordered: 1 / 3 }],
      },
    }),
  ],
  comparisons: [gain],
};
const notRun: ReproductionRow = {
  ...{ id: 'resnet56', network: 'ResNet56', dataset: 'cifar10', model: 'resnet56' },
  ...{ talk: { vanilla: 6.97, meanField: 6.72 }, arms: [], comparisons: [] },
};
const whole: Reproduction = {
  ...{ preset: 'fast', recipe: 'a recipe', changed: {}, measuredOn: 'test', finished: 6, unfinished: [] },
  rows: [row, notRun],
  machines: ['a machine'],
};

it("the table has the talk's figures beside the measured ones, and says which rows were not run", () => {
  expect(reproductionTable(whole).rows).toEqual([
    [
      ...['ResNet20', 'cifar10', '8.75', '8.19', '+0.56'],
      ...['9.20 ± 0.10 (3)', '8.90 ± 0.10 (3)', '+0.30 [-0.20, 0.80]', '0.120'],
    ],
    ['ResNet56', 'cifar10', '6.97', '6.72', '+0.25', 'not run', 'not run', '', ''],
  ]);
});

it('the detectable gain stands beside the measured gain; one pair detects nothing', () => {
  const [line] = comparisonTable(whole).rows;
  expect(line).toEqual([
    ...['ResNet20', 'mean-field', 'vanilla', '3', '0.23', '2'],
    ...['+0.30 [-0.20, 0.80]', '0.120'],
  ]);
  const single = { ...row, comparisons: [{ ...gain, gains: [-0.4], gain: { n: 1, mean: -0.4 } }] };
  expect(comparisonTable({ ...whole, rows: [single] }).rows[0]).toEqual([
    ...['ResNet20', 'mean-field', 'vanilla', '1', 'unknown', 'unknown', '-0.40', ''],
  ]);
});

it('a very small p-value is shown as a bound', () => {
  const sure = { ...row, comparisons: [{ ...gain, gain: { ...gain.gain, pValue: 1e-7 } }] };
  expect(comparisonTable({ ...whole, rows: [sure] }).rows[0]?.at(-1)).toBe('< 0.001');
});

it('Markdown and CSV escape cells', () => {
  const table = { header: ['a', 'b'], rows: [['x | y', 'say "hi", twice']] };
  expect(markdownTable(table)).toBe('| a | b |\n| --- | --- |\n| x \\| y | say "hi", twice |');
  expect(csvTable(table)).toBe('a,b\n"x | y","say ""hi"", twice"\n');
  expect(csvTable(runsTable(whole)).split('\n')).toHaveLength(1 + 6 + 1);
});

it('figures have text alternatives, and empty ones are omitted', () => {
  expect(tableFigure(whole, meanText)?.alt).toContain('ResNet56: talk 6.97 and 6.72, here vanilla not run');
  expect(gainsFigure(whole, gainText)?.alt).toBe('mean-field – vanilla: +0.30 [-0.20, 0.80]');
  expect(orderFigure(whole)?.alt).toBe('ResNet20, mean-field: layer1 2.0 per run');
  const empty = { ...whole, rows: [notRun] };
  expect(gainsFigure(empty, gainText)).toBeUndefined();
  expect(orderFigure(empty)).toBeUndefined();
});

it('a stale figure is removed, and foreign files are left alone', async () => {
  await writeReproduction(whole, folder);
  const figures = join(folder, 'figures');
  expect(readdirSync(figures)).toContain('order.svg');
  for (const name of ['order-order-1.svg', 'my own.svg', 'order.txt']) writeFileSync(join(figures, name), '');
  await writeReproduction(whole, folder);
  const left = readdirSync(figures);
  expect(left).toEqual(expect.arrayContaining(['order.svg', 'my own.svg', 'order.txt']));
  expect(left).not.toContain('order-order-1.svg');
});

it('the page is self-contained, and text from runs is text', async () => {
  const evil = '<script>alert(1)</script>';
  const { html } = await writeReproduction(
    {
      ...whole,
      recipe: evil,
      machines: [evil],
      changed: { model: evil },
      unfinished: [{ name: evil, state: 'new' }],
    },
    folder,
  );
  const page = readFileSync(html, 'utf8');
  expect(page).not.toContain('<script');
  expect(page).not.toMatch(/(src|href)="https?:/);
  expect(page).toContain('not run');
  expect(page).toMatch(/a gain must be at least\s+0\.23 points/);
});

const withInterval = (interval: readonly [number, number] | undefined): ReproductionRow => ({
  ...row,
  reruns: [8.27, 8.29],
  comparisons: [{ ...gain, gain: { n: 3, mean: 0.3, ...(interval && { interval }) } }],
});
const talkGrid: Reproduction = { ...whole, preset: 'talk', changed: { amp: true } };

it.each([
  [[-0.2, 0.8], 'open'],
  [[0.1, 0.8], 'confirmed'],
  [[-0.2, 0.5], 'excluded'],
  [[0.1, 0.5], 'excluded'],
  [[0.6, 0.9], 'excluded'],
  [undefined, 'open'],
] as const)('the claimed gain of 0.56 with the interval %j is %s', (interval, verdict) => {
  expect(verdictOf(withInterval(interval), talkGrid)).toBe(verdict);
  expect(verdictSentences({ ...talkGrid, rows: [withInterval(interval)] })[0]).toContain(
    `ResNet20: the talk's gain of 0.56 points is ${verdict}: 3 pairs give +0.30`,
  );
});

it('only a grid with the talk’s full recipe, on the test set, decides', () => {
  const decided = withInterval([0.1, 0.8]);
  for (const other of [
    whole,
    { ...talkGrid, changed: { epochs: 15 } },
    { ...talkGrid, measuredOn: 'validation' as const },
  ]) {
    expect(verdictOf(decided, other)).toBe('another recipe');
    expect(verdictSentences({ ...other, rows: [decided] })[0]).toContain('is not tested here');
  }
  expect(verdictOf(notRun, talkGrid)).toBe('not run');
  expect(verdictSentences({ ...talkGrid, rows: [notRun] })).toEqual([]);
});

it('our vanilla stands beside the quoted one and published re-runs', () => {
  expect(verdictTable({ ...talkGrid, rows: [withInterval([0.1, 0.8]), notRun] }).rows).toEqual([
    ['ResNet20', '9.20 ± 0.10 (3)', '8.75', '8.27-8.29', '+0.30 [0.10, 0.80]', '', '+0.56', 'confirmed'],
    ['ResNet56', 'not run', '6.97', '', '', '', '+0.25', 'not run'],
  ]);
});
