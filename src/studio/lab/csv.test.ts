import { expect, it } from 'vitest';
import { parseOwnPoints } from './csv.ts';
import { defaultState, withKnobs } from './state.ts';
import { dataCount, labData } from './problem.ts';

it('reads a regression, whatever ends the lines', () => {
  const { inputs, targets, classes } = parseOwnPoints('x1, x2, y\r\n1,2,3\r\n\r\n-4;5;0.5\r\n');
  expect([...inputs]).toEqual([1, 2, -4, 5]);
  expect([...targets]).toEqual([3, 0.5]);
  expect(classes).toBeUndefined();
});

it('sends the first of two classes, in the order of their names, to height 1', () => {
  const { targets, classes } = parseOwnPoints('x1,x2,class\n0,0,red\n1,1,blue\n2,2,red\n');
  expect([...targets]).toEqual([-1, 1, -1]);
  expect(classes).toEqual(['blue', 'red']);
});

it('reads what R and others write: quoted cells, and a first column of row numbers', () => {
  const { inputs, targets, classes } = parseOwnPoints(
    '"","x1","x2","class"\n"1",-1,0.5,"setosa"\n"2",1,"0","say ""a, b"""\n"3",2,1,"setosa"\n',
  );
  expect([...inputs]).toEqual([-1, 0.5, 1, 0, 2, 1]);
  expect(classes).toEqual(['say "a, b"', 'setosa']);
  expect([...targets]).toEqual([-1, 1, -1]);
  expect([...parseOwnPoints('\uFEFF,x1,x2,y\n0,1,2,3\n1,4,5,6\n').targets]).toEqual([3, 6]);
});

it.each([
  ['x1,x2,class\n1,2,"a\n1,2,b', 'line 2: a cell that begins with a quotation mark ends with one'],
  ['x1,x2,class\n1,2,a\n1,2,"a"b', 'line 3: a cell that begins with a quotation mark'],
  ['', 'begin with the header'],
  ['a,b,c\n1,2,3', 'begin with the header x1,x2,y or x1,x2,class, got "a,b,c"'],
  ['x1,x2,y\n1,2,3', 'at least two lines of points, got 1'],
  ['x1,x2,y\n1,2,3\n1,2', 'line 3: expected three columns, got 2'],
  [
    'x1,x2,y\n1,2,3\n1,two,3',
    'line 3: x2 must be a number from -10 to 10 (scale the column first), got "two"',
  ],
  ['x1,x2,y\n1,2,3\n11,2,3', 'x1 must be a number from -10 to 10'],
  ['x1,x2,y\n1,2,3\n1,2,', 'line 3: y must be'],
  ['x1,x2,class\n1,2,a\n1,2,a', 'two classes, got 1: a'],
  ['x1,x2,class\n1,2,a\n1,2,b\n1,2,c', 'two classes, got 3: a, b, c'],
])('%j is refused: %s', (text, message) => {
  expect(() => parseOwnPoints(text)).toThrow(message);
});

it('of more own points than asked for the first are taken', () => {
  const csv = `x1,x2,y\n${Array.from({ length: 9 }, (_, i) => `${i},0,${i}`).join('\n')}`;
  const state = withKnobs(defaultState, { data: 'csv', csv, points: 5 });
  expect([...labData(state).targets]).toEqual([0, 1, 2, 3, 4]);
  expect(dataCount(withKnobs(state, { points: 100 }))).toBe(9);
});
