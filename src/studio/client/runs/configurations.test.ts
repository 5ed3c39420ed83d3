import { expect, it } from 'vitest';
import { fakeRow } from '../fake-row.ts';
import { configurationLabels, differing, groupRows, meanOf } from './configurations.ts';

const base = { dataset: 'cifar10', model: 'resnet20', scheme: 'mean-field', reorder: true };

it('labels a configuration by the settings that most others lack', () => {
  const labels = configurationLabels({
    a: { ...base, 'tau-lr-factor': 1, epochs: 15 },
    b: { ...base, 'tau-lr-factor': 1, epochs: 30 },
    c: { ...base, 'tau-lr-factor': 0.1, epochs: 15 },
    other: { ...base, scheme: 'vanilla', 'tau-lr-factor': 7 },
  });
  expect(Object.fromEntries(labels)).toEqual({ a: '', b: 'epochs 30', c: 'tau-lr-factor 0.1', other: '' });
});

it('labels of configurations of one kind are distinct', () => {
  const all = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`k${i}`, { ...base, x: i & 1, y: i & 2, z: i & 4 }]),
  );
  expect(new Set(configurationLabels(all).values()).size).toBe(8);
});

it('a setting that is absent in one differs', () => {
  expect(differing([{ a: 1, b: 2 }, { a: 1 }])).toEqual(['b']);
});

it('a mean has a standard error from two values on; missing values do not count', () => {
  expect(meanOf([1, null, 3])).toMatchObject({ n: 2, mean: 2, standardError: 1 });
  expect(meanOf([5])).toEqual({ n: 1, mean: 5 });
  expect(meanOf([null])).toBeUndefined();
});

it('a group averages only its final runs; a run without a configuration is its own group', () => {
  const groups = groupRows([
    fakeRow({ name: 'a', testError: 10 }),
    fakeRow({ name: 'b', testError: 12 }),
    fakeRow({ name: 'c', testError: 90, final: false }),
    fakeRow({ name: 'd', configuration: null }),
    fakeRow({ name: 'e', configuration: null }),
  ]);
  expect(groups.map(({ rows }) => rows.length)).toEqual([3, 1, 1]);
  expect(groups[0]?.error).toMatchObject({ n: 2, mean: 11, standardError: 1 });
});
