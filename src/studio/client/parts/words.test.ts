import { formatShort } from '../../../draw/index.ts';
import { expect, it } from 'vitest';
import { fakeRow } from '../fake-row.ts';
import { toRecords } from '../../../pictures/index.ts';
import { toCsv } from './save.ts';
import { ago, count, folderOf, secondsLeft, withError } from './words.ts';

it('numbers have a readable number of digits', () => {
  expect([0.35184, 12.3456, 5865, 0.0000123, -2758.4, 0].map(formatShort)).toEqual([
    '0.3518',
    '12.35',
    '5\u202f865',
    '1.23e-5',
    '-2\u202f758',
    '0',
  ]);
  expect([null, undefined, NaN].map(formatShort)).toEqual(['–', '–', '–']);
  expect(withError(12.306, 0.0849)).toBe('12.31 ± 0.08');
  expect(withError(12.306, undefined)).toBe('12.31');
});

it('the remaining time follows from the pace so far, for running runs only', () => {
  const running = fakeRow({ name: 'a', state: 'running', step: 100, totalSteps: 400, seconds: 50 });
  expect(secondsLeft(running)).toBe(150);
  expect(secondsLeft({ ...running, state: 'crashed' })).toBeUndefined();
  expect(secondsLeft({ ...running, step: 0 })).toBeUndefined();
});

it('past times are relative', () => {
  const now = Date.parse('2026-05-10T12:00:00Z');
  const said = [
    '2026-05-10T11:59:30Z',
    '2026-05-10T11:15:00Z',
    '2026-05-10T03:00:00Z',
    '2026-05-09T10:00:00Z',
    '2026-05-01T10:00:00Z',
    '2026-01-01T10:00:00Z',
  ];
  expect(said.map((time) => ago(time, now))).toEqual([
    'just now',
    '45 min ago',
    '9 h ago',
    'yesterday',
    '9 days ago',
    '2026-01-01',
  ]);
  expect(ago(null, now)).toBe('–');
});

it('singular and plural', () => {
  expect([count(1, 'run'), count(0, 'run'), count(2, 'change')]).toEqual(['1 run', '0 runs', '2 changes']);
  expect(folderOf({ id: 'fast/a', name: 'a' })).toBe('fast/');
});

it('CSV cells are quoted where needed, and none becomes a formula', () => {
  const table = {
    header: ['a', 'b'],
    rows: [
      ['x, "y"', 1.5],
      ['=HYPERLINK("x")', null],
      ['-0.5', NaN],
    ],
  };
  expect(toCsv(table)).toBe('a,b\n"x, ""y""",1.5\n"\'=HYPERLINK(""x"")",\n-0.5,\n');
  expect(toRecords(table)[1]).toEqual({ a: '=HYPERLINK("x")', b: null });
});
