import { expect, it } from 'vitest';
import { fakeRow } from '../fake-row.ts';
import { compareLabels } from './labels.ts';
import { pairedDifferences } from './pairs.ts';

const row = (configuration: string, seed: number, testError: number) =>
  fakeRow({ name: `${configuration}${seed}`, configuration, seed, testError });

it('compares errors seed by seed over the common seeds', () => {
  const [pair, ...rest] = pairedDifferences([
    row('v', 1, 11),
    row('v', 2, 12),
    row('v', 3, 13),
    row('m', 1, 10.5),
    row('m', 2, 11.1),
  ]);
  expect(rest).toEqual([]);
  expect(pair?.seeds).toEqual([1, 2]);
  expect(pair?.gains[0]).toBeCloseTo(0.5, 12);
  expect(pair?.gains[1]).toBeCloseTo(0.9, 12);
  expect(pair?.gain.mean).toBeCloseTo(0.7, 12);
  expect(pair?.gain.standardError).toBeCloseTo(0.2, 12);
  expect(pair?.gain.interval?.[1]).toBeCloseTo(0.7 + 0.2 * 12.7062, 3);
});

it('a single pair has a difference but no interval; unfinished runs and other data have neither', () => {
  const [pair] = pairedDifferences([row('v', 1, 11), row('m', 1, 10)]);
  expect([pair?.gain.mean, pair?.gain.interval, pair?.gain.pValue]).toEqual([1, undefined, undefined]);
  expect(pairedDifferences([row('v', 1, 11), { ...row('m', 1, 10), final: false }])).toEqual([]);
  expect(pairedDifferences([row('v', 1, 11), { ...row('m', 1, 10), dataset: 'cifar100' }])).toEqual([]);
});

it('measures gains against vanilla, in any order, and never across widths', () => {
  const rows = [row('m', 1, 10), { ...row('v', 1, 11), scheme: 'vanilla' }];
  expect(pairedDifferences(rows)).toMatchObject([{ arm: 'm', against: 'v', gains: [1] }]);
  const settings = { m: { width: 4 }, v: { width: 16 } };
  expect(pairedDifferences(rows, (name) => settings[name as 'm' | 'v'])).toEqual([]);
});

it('labels runs that differ only in their folder by the ends of their names', () => {
  const rows = ['grid-net-a-s1', 'grid-net-a-s2', 'grid-net-b-s1'].map((name) => fakeRow({ name, seed: 1 }));
  expect(compareLabels(rows, [{}, {}, {}])).toEqual(['a-s1', 'a-s2', 'b-s1']);
});

it('labels are as short as they can be while distinct', () => {
  const rows = [
    fakeRow({ name: 'a', scheme: 'vanilla', seed: 1 }),
    fakeRow({ name: 'b', seed: 1 }),
    fakeRow({ name: 'c', seed: 2 }),
  ];
  const configs = [
    { 'tau-lr-factor': 0.1, threads: 1 },
    { 'tau-lr-factor': 1, threads: 2 },
    { 'tau-lr-factor': 1 },
  ];
  expect(compareLabels(rows, configs)).toEqual([
    'vanilla, seed 1',
    'mean-field, seed 1',
    'mean-field, seed 2',
  ]);
  const two = [fakeRow({ name: 'a' }), fakeRow({ name: 'b' })];
  expect(compareLabels(two, [{ epochs: 5 }, { epochs: 10 }])).toEqual(['epochs 5', 'epochs 10']);
  expect(compareLabels(two, [{}, {}])).toEqual(['a', 'b']);
});
