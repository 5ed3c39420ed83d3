import { expect, it } from 'vitest';
import { fakeRow } from '../fake-row.ts';
import { defaultSort, nextSort, parseSort, sortRows, writeSort } from './order.ts';

const rows = [
  fakeRow({ name: 's10', testError: 3, started: '2026-01-02T00:00:00Z' }),
  fakeRow({ name: 's9', testError: null, started: null }),
  fakeRow({ name: 's1', testError: 2, started: '2026-01-03T00:00:00Z' }),
  fakeRow({ name: 's2', testError: 3, started: '2026-01-01T00:00:00Z' }),
];
const names = (text: string): string =>
  sortRows(rows, parseSort(text))
    .map(({ name }) => name)
    .join(' ');

it('names sort numerically', () => {
  expect(names('name')).toBe('s1 s2 s9 s10');
});

it('missing values come last in both directions, and ties are sorted by name', () => {
  expect(names('error')).toBe('s1 s2 s10 s9');
  expect(names('-error')).toBe('s2 s10 s1 s9');
});

it('sorts the newest first by default', () => {
  expect(names('')).toBe('s1 s10 s2 s9');
  expect(names('nonsense')).toBe(names(''));
});

it('an order round-trips through the URL, and a second click reverses it', () => {
  expect(parseSort(writeSort({ key: 'loss', descending: true }))).toEqual({ key: 'loss', descending: true });
  expect(nextSort(defaultSort, 'error')).toEqual({ key: 'error', descending: false });
  expect(nextSort({ key: 'error', descending: false }, 'error')).toEqual({ key: 'error', descending: true });
  expect(nextSort(defaultSort, 'swaps').descending).toBe(true);
});
