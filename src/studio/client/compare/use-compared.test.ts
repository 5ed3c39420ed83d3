import { expect, it } from 'vitest';
import { fakeCurves, fakeRow } from '../fake-row.ts';
import { fakeDetail } from '../fake-source.ts';
import { isBehind } from './use-compared.ts';

const row = fakeRow({ name: 'a', state: 'running', step: 10, final: false });
const read = { id: 'a', detail: fakeDetail(row), curves: fakeCurves([1]) };

it('a run is read again when it has grown, and once more when it has ended', () => {
  expect(isBehind(read, row)).toBe(false);
  expect(isBehind(read, { ...row, step: 11 })).toBe(true);
  expect(isBehind(read, { ...row, state: 'finished', final: true })).toBe(true);
});

it('a run that left the list keeps its data', () => {
  expect(isBehind(read, undefined)).toBe(false);
});
