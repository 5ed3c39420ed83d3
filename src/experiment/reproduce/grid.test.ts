import { expect, it } from 'vitest';
import { type GridOptions, makeGrid, shardOf } from './grid.ts';
import { presetNames, presets } from './presets.ts';

const names = (options: GridOptions): string[] => makeGrid(options).cells.map(({ name }) => name);

it('a cell is a row under an arm with a seed; its name contains all three', () => {
  const cells = names({
    preset: 'fast',
    rows: ['resnet20', 'resnet110'],
    seeds: [4, 5],
    schemes: ['vanilla'],
  });
  expect(cells).toEqual([
    'cifar10-resnet20-vanilla-s4',
    'cifar10-preresnet110-vanilla-s4',
    'cifar10-resnet20-vanilla-s5',
    'cifar10-preresnet110-vanilla-s5',
  ]);
});

it('an ablation has one vanilla arm, and every other scheme with every setting of tau', () => {
  const { arms, cells } = makeGrid({
    preset: 'fast',
    rows: ['resnet20'],
    seeds: [1],
    schemes: ['vanilla', 'mean-field', 'learned-step'],
    tauStarts: ['unit', 'uniform'],
    tauLrFactors: [1, 0.01],
  });
  expect(arms.filter(({ scheme }) => scheme === 'vanilla')).toHaveLength(1);
  expect(arms).toHaveLength(9);
  expect(new Set(cells.map(({ name }) => name)).size).toBe(9);
  const one = cells.find(({ name }) => name === 'cifar10-resnet20-mean-field-uniform-f0.01-s1');
  expect(one?.config).toMatchObject({ scheme: 'mean-field', tauStart: 'uniform', tauLrFactor: 0.01 });
});

it('a run has one name in every grid, without default settings of tau', () => {
  const grid = { preset: 'fast', rows: ['resnet20'], seeds: [1], schemes: ['mean-field'] } as const;
  const expected = ['cifar10-resnet20-mean-field-s1'];
  expect(names(grid)).toEqual(expected);
  expect(names({ ...grid, tauStarts: ['unit'], tauLrFactors: [1] })).toEqual(expected);
  expect(names({ ...grid, settings: { width: 16, epochs: 15, valSplit: 0 } })).toEqual(expected);
  const [cell] = makeGrid(grid).cells;
  expect(cell?.config).toMatchObject({ tauStart: 'unit', tauLrFactor: 1 });
});

it('settings override the preset, and major ones are part of the name', () => {
  const { cells } = makeGrid({
    preset: 'fast',
    rows: ['resnet20'],
    seeds: [1],
    schemes: ['mean-field-no-reorder'],
    settings: { width: 4, epochs: 3, valSplit: 5000, lr: 0.5 },
  });
  expect(cells[0]?.name).toBe('cifar10-resnet20-w4-e3-v5000-mean-field-no-reorder-s1');
  expect(cells[0]?.config).toMatchObject({ width: 4, epochs: 3, valSplit: 5000, lr: 0.5, reorder: false });
});

it('only listed scheme names are accepted', () => {
  expect(() => names({ preset: 'fast', schemes: ['toString'] })).toThrow('unknown scheme "toString"');
});

it('another data set or width removes the talk’s figures', () => {
  const row = (dataset?: string) =>
    makeGrid({ preset: 'fast', rows: ['resnet20'], ...(dataset && { dataset }) }).rows[0];
  expect(row()?.talk).toEqual({ vanilla: 8.75, meanField: 8.19 });
  expect(row('cifar10')?.talk).toBeDefined();
  expect(row('fashion-mnist')).toMatchObject({ dataset: 'fashion-mnist', network: 'ResNet20' });
  expect(row('fashion-mnist')?.talk).toBeUndefined();
  const [narrow] = makeGrid({ preset: 'fast', rows: ['resnet20'], settings: { width: 4 } }).rows;
  expect(narrow?.talk).toBeUndefined();
});

it('no preset evaluates the test set before the last epoch, and every one has unique cells', () => {
  for (const preset of presetNames) {
    const { cells, rows } = makeGrid({ preset });
    expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
    expect(rows).toHaveLength(presets[preset].rows.length);
    for (const { config } of cells) expect(config.valInterval).toBe(0);
  }
});

it('the talk’s recipe drops the rate at a half and three quarters', () => {
  const { cells } = makeGrid({ preset: 'talk', seeds: [1], schemes: ['vanilla'] });
  expect(cells).toHaveLength(8);
  for (const { config } of cells) {
    const long = config.dataset === 'cifar100';
    expect(config).toMatchObject({
      epochs: long ? 300 : 160,
      decayMilestones: long ? [150, 225] : [80, 120],
      weightDecay: long ? 5e-4 : 1e-4,
      decayNorm: true,
      lr: 0.1,
      momentum: 0.9,
      nesterov: false,
      batchSize: 128,
    });
  }
});

it('shards are disjoint, cover everything, and keep pairs together', () => {
  const grid = makeGrid({ preset: 'fast' });
  const shards = [1, 2, 3, 4].map((index) => shardOf(grid, index, 4));
  expect(shards.flat()).toHaveLength(grid.cells.length);
  expect(new Set(shards.flat())).toEqual(new Set(grid.cells));
  for (const shard of shards) {
    const count = (scheme: string): number => shard.filter(({ arm }) => arm.scheme === scheme).length;
    expect(count('mean-field')).toBe(count('vanilla'));
    expect(count('mean-field')).toBeGreaterThan(0);
  }
  expect(() => shardOf(grid, 10, 10)).toThrow('--shard 10/10 is empty: the grid has 9 pairs of row and seed');
});
