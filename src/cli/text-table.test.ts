import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { textTable } from './text-table.ts';

const header = ['name', 'n', 'what it is'];
const rows = [
  ['cifar10', '10', 'objects, 32 x 32 colour, binary version'],
  ['mnist', '1000', 'digits'],
];

it('numbers are right-aligned, words left-aligned', () => {
  expect(textTable(header, rows, Infinity)).toBe(
    [
      'name        n  what it is',
      '-------  ----  ---------------------------------------',
      'cifar10    10  objects, 32 x 32 colour, binary version',
      'mnist    1000  digits',
    ].join('\n'),
  );
});

it('cells wrap between words if the table is wider than the terminal', () => {
  expect(textTable(header, rows, 40)).toBe(
    [
      'name        n  what it is',
      '-------  ----  -------------------------',
      'cifar10    10  objects, 32 x 32 colour,',
      '               binary version',
      'mnist    1000  digits',
    ].join('\n'),
  );
});

it('rows become lists if columns would be too narrow', () => {
  expect(textTable(header, rows, 20)).toBe(
    [
      'name: cifar10',
      'n: 10',
      'what it is: objects,',
      '32 x 32 colour,',
      'binary version',
      '',
      'name: mnist',
      'n: 1000',
      'what it is: digits',
    ].join('\n'),
  );
});

it('wide characters count as two columns, and control characters are escaped', () => {
  const lines = textTable(
    ['class', 'error %'],
    [
      ['画像', '1.0'],
      ['cat\u001B[2J\n', '12.5'],
    ],
    80,
  ).split('\n');
  expect(lines).toEqual([
    'class         error %',
    '------------  -------',
    '画像              1.0',
    'cat\\x1b[2J\\n     12.5',
  ]);
});

it('no line is wider than the terminal, and no text is lost', () => {
  const cell = fc.oneof(
    fc.constantFrom('', '1.25', '-3', '画像の名前', '/home/someone/a/long/path/to/a/data/set'),
    fc.string({ maxLength: 60 }),
  );
  const table = fc.integer({ min: 1, max: 6 }).chain((columns) =>
    fc.record({
      header: fc.array(fc.string({ maxLength: 12 }), { minLength: columns, maxLength: columns }),
      rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 5 }),
      width: fc.integer({ min: 4, max: 100 }),
    }),
  );
  const letters = (text: string): string => Array.from(text.replace(/[\s-]/g, '')).sort().join('');
  fc.assert(
    fc.property(table, ({ header, rows, width }) => {
      const folded = textTable(header, rows, width);
      for (const line of folded.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      const [asColumns, asLists] = [Infinity, 1].map((wide) => letters(textTable(header, rows, wide)));
      expect([asColumns, asLists]).toContain(letters(folded));
    }),
    { seed: 1, numRuns: 300 },
  );
});

it('a name that is too long breaks after a hyphen or slash, and a number keeps its percent sign', () => {
  const text = textTable(
    ['scheme', 'words'],
    [['mean-field-no-reorder', 'an error of 50 % of all images in runs/photos/mean-field-s1']],
    30,
  );
  expect(text.split('\n').slice(2)).toEqual([
    'mean-field-no-  an error of',
    'reorder         50 % of all',
    '                images in',
    '                runs/photos/',
    '                mean-field-s1',
  ]);
});
