import { expect, it } from 'vitest';
import { fakeRow } from '../fake-row.ts';
import { parseFilter, unknownKeys } from './filter.ts';

const rows = [
  fakeRow({ name: 'a-s1', id: 'fast/a-s1', testError: 11.5, configuration: 'one' }),
  fakeRow({
    name: 'b-s2',
    id: 'fast/b-s2',
    scheme: 'mean-field-no-reorder',
    seed: 2,
    testError: 12.5,
    configuration: 'two',
  }),
  fakeRow({ name: 'c', scheme: 'vanilla', state: 'running', testError: null, configuration: null }),
];
const settings = { one: { 'tau-lr-factor': 0.1, 'data-dir': 'my data' }, two: { 'tau-lr-factor': 1 } };
const found = (text: string): string =>
  rows
    .filter(parseFilter(text, ({ configuration }) => settings[configuration as keyof typeof settings]))
    .map(({ name }) => name)
    .join(' ');

it('a word matches part of the name, folder, net, scheme or state', () => {
  expect(found('fast')).toBe('a-s1 b-s2');
  expect(found('VANILLA')).toBe('c');
  expect(found('fast resnet20 reorder')).toBe('b-s2');
  expect(found('')).toBe('a-s1 b-s2 c');
});

it('key:value matches the whole value, and a star any rest', () => {
  expect(found('scheme:mean-field')).toBe('a-s1');
  expect(found('scheme:mean-field*')).toBe('a-s1 b-s2');
  expect(found('state:running')).toBe('c');
  expect(found('folder:fast seed:2')).toBe('b-s2');
});

it('every setting is a key, and numbers compare as numbers', () => {
  expect(found('tau-lr-factor:1e-1')).toBe('a-s1');
  expect(found('tau-lr-factor>=1')).toBe('b-s2');
  expect(found('data-dir:"my data"')).toBe('a-s1');
  expect(found('error<12')).toBe('a-s1');
});

it('a missing value matches neither a value nor a comparison', () => {
  expect(found('error<1000')).toBe('a-s1 b-s2');
  expect(found('tau-lr-factor<9')).toBe('a-s1 b-s2');
  expect(found('nonsense:1')).toBe('');
  expect(found('constructor:x')).toBe('');
});

it('a minus inverts a term', () => {
  expect(found('-vanilla')).toBe('a-s1 b-s2');
  expect(found('-state:running -seed:2')).toBe('a-s1');
});

it('columns are named as in the list headings', () => {
  expect(found('net:resnet20 time>50 images/s<501 run:c')).toBe('c');
});

it('reports keys that are neither a column nor a setting', () => {
  expect(unknownKeys('net:a tau-lr-factor:1 colour:red -size<3 word', Object.values(settings))).toEqual([
    'colour',
    'size',
  ]);
});
