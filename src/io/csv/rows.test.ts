import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileError, UsageError } from '../../errors.ts';
import { csvLines, separators } from './cells.ts';
import { type CsvRow, type CsvValue, decodeCsv, encodeCsv, fileLineError, tableSeparators } from './rows.ts';

const back = (rows: readonly CsvRow[]): CsvRow[] => decodeCsv(encodeCsv(rows), 'x.csv');

it('values of every kind round-trip', () => {
  const values: CsvValue[] = [
    ...[0, -0, 1, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity],
    ...[true, false, null],
    ...[
      '',
      ' ',
      'a',
      'a b',
      ' a ',
      'a,b',
      'a;b',
      'a\tb',
      '"',
      '""',
      'say "no"',
      'two\nlines',
      'three\r\nlines\r',
    ],
    ...['1', '-0', '1e5', 'NaN', 'inf', '-Infinity', 'true', 'FALSE', 'null', '0x10', 'é', '\uFEFF', '#'],
  ];
  for (const value of values) {
    const rows = [
      { id: 1, value },
      { id: 2, value: null },
    ];
    // toStrictEqual distinguishes -0 from 0.
    expect(back(rows), JSON.stringify(value)).toStrictEqual(rows);
    expect(back([{ value }]), JSON.stringify(value)).toStrictEqual([{ value }]);
  }
});

it('any table round-trips, whatever its column names', () => {
  const value = fc.oneof(
    fc.double(),
    fc.boolean(),
    fc.string(),
    fc.constantFrom('"', ',', '\n', '\r', ' 1', null),
  );
  const table = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).chain((names) =>
    fc.array(
      fc
        .tuple(...names.map(() => value))
        .map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]!]))),
      { minLength: 1, maxLength: 4 },
    ),
  );
  fc.assert(
    fc.property(table, fc.constantFrom(...tableSeparators), (rows, separator) => {
      expect(back(rows)).toStrictEqual(rows);
      // With the separator detected, and with it given.
      const text = encodeCsv(rows, separator);
      expect(decodeCsv(text, 'x.csv')).toStrictEqual(rows);
      expect(decodeCsv(text, 'x.csv', separator)).toStrictEqual(rows);
    }),
    { seed: 7, numRuns: 500 },
  );
});

it('text from other programs is read: CRLF, a UTF-8 byte order mark, empty lines, Python numbers', () => {
  expect(decodeCsv('\uFEFFa, b\r\n1,x\r\n\r\n -inf , nan \r\n', 'x.csv')).toStrictEqual([
    { a: 1, b: 'x' },
    { a: -Infinity, b: NaN },
  ]);
  expect(decodeCsv('a;b\n1,5;2', 'x.csv')).toStrictEqual([{ a: 1.5, b: 2 }]);
  expect(decodeCsv('a,b\r1,x\r', 'x.csv')).toStrictEqual([{ a: 1, b: 'x' }]);
  expect(decodeCsv('a\tb\n "x" \t1', 'x.csv')).toStrictEqual([{ a: 'x', b: 1 }]);
  expect(decodeCsv('id,tags\nx,1|2\ny,3|4', 'x.csv')).toStrictEqual([
    { id: 'x', tags: '1|2' },
    { id: 'y', tags: '3|4' },
  ]);
  expect(decodeCsv('my note\nhello world', 'x.csv')).toStrictEqual([{ 'my note': 'hello world' }]);
  expect(decodeCsv('a\n', 'x.csv')).toEqual([]);
  expect(decodeCsv('', 'x.csv')).toEqual([]);
  expect(back([])).toEqual([]);
});

it.each([
  ['a quotation mark without a partner', 'a,b\n1,"2\n3', 'x.csv, line 2: a quotation mark is not closed'],
  ['text after quotes', 'a\n"1"2', 'x.csv, line 2: text follows a quoted cell'],
  [
    'a row too short, after a cell of two lines',
    'a,b\n"1\n1",2\n3',
    'x.csv, line 4: 1 cells, the first line has 2',
  ],
  ['a column that is there twice', 'a,a\n1,2', 'x.csv: the column "a" appears twice'],
])('the error for %s gives its line', (_, text, message) => {
  expect(() => decodeCsv(text, 'x.csv')).toThrow(new FileError(message));
});

it.each<[string, unknown[], RegExp]>([
  ['undefined', [{ a: 1 }, { a: undefined }], /expected a number, .* for column a of row 1, got undefined/],
  ['an object', [{ a: {} }], /for column a of row 0, got \{\} \(Object\)/],
  ['BigInt', [{ a: 1n }], /for column a of row 0, got 1 \(bigint\)/],
  ['rows with other columns', [{ a: 1 }, { b: 1 }], /expected a, got b/],
  ['rows without columns', [{}], /at least one column/],
])('%s is not written', (_, rows, message) => {
  expect(() => encodeCsv(rows as CsvRow[])).toThrow(UsageError);
  expect(() => encodeCsv(rows as CsvRow[])).toThrow(message);
});

it.each(['\n', '\r\n', '\r'])('lines that end with %j are numbered correctly', (end) => {
  const text = ['a', '', '"x', 'y"', 'b'].join(end);
  const lines = csvLines(text, { separator: ',', error: fileLineError('x.csv') });
  expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, 5]);
  expect(lines.map(({ cells }) => cells[0]?.text)).toEqual(['a', '', `x${end}y`, 'b']);
});

it.each(separators)('%j separates cells, also beside quotes and spaces', (separator) => {
  const text = ['# a, b', '1 2 "3" x', ' "a ""b"""  4  5 6 ', '%', '"#" 7 8 9'].join('\n');
  const lines = csvLines(text.replace(/(?<=[\d"]) +(?=[\d"x])/g, ` ${separator} `), {
    separator,
    comments: true,
    error: fileLineError('x.csv'),
  });
  expect(lines.map(({ cells }) => cells.map((cell) => cell.text))).toEqual([
    ['1', '2', '3', 'x'],
    ['a "b"', '4', '5', '6'],
    ['#', '7', '8', '9'],
  ]);
});
