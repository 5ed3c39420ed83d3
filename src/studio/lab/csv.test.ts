import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { seededUniform } from '../../reference/index.ts';
import { parseOwnPoints, readOwnPoints } from './csv.ts';
import { defaultState, withKnobs } from './state.ts';
import { dataCount, labData } from './problem.ts';

it('reads a regression with any line ending', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['x1, x2, y', '1,2,3', '', '-4,5,0.5', ''].join(end);
    const { inputs, targets, classes } = parseOwnPoints(text);
    expect([...inputs]).toEqual([1, 2, -4, 5]);
    expect([...targets]).toEqual([3, 0.5]);
    expect(classes).toBeUndefined();
  }
});

it.each([
  ['x1,x2,class\n0.5,-1,a\n1,5,2,b\n', 3, 4],
  ['0.5,-1,a\n1.5,2,b,c\n', 2, 4],
  ['sep=,\nx1,x2,class\n0.5,-1,a\n1,5,2,b\n', 4, 4],
])('%j is rejected for a line with more cells than the first', (text, line, cells) => {
  expect(() => parseOwnPoints(text)).toThrow(
    `own points, line ${line}: ${cells} cells, the first line has 3 (decimal commas need another separator`,
  );
});

it('maps the alphabetically first class to height 1', () => {
  const { targets, classes } = parseOwnPoints('x1,x2,class\n0,0,red\n1,1,blue\n2,2,red\n');
  expect([...targets]).toEqual([-1, 1, -1]);
  expect(classes).toEqual(['blue', 'red']);
});

/** The same three points as written by many programs. */
const dialects: Readonly<Record<string, string>> = {
  'no header': '0.5,-1,a\n1.5,2,b\n-2,1e-1,a\n',
  'x,y,label': 'x,y,label\n0.5,-1,a\n1.5,2,b\n-2,0.1,a\n',
  'names in capitals': 'X1,X2,Class\n0.5,-1,a\n1.5,2,b\n-2,0.1,a\n',
  'names of its own': 'width,height,species\n0.5,-1,a\n1.5,2,b\n-2,0.1,a\n',
  'R: quoted, row names': '"","x1","x2","class"\n"1",0.5,"-1","a"\n"2",1.5,2,"b"\n"3",-2,0.1,"a"\n',
  'R, write.table: the header does not name the rows':
    '"x1" "x2" "class"\n"1" 0.5 -1 "a"\n"2" 1.5 2 "b"\n"3" -2 0.1 "a"\n',
  'Excel: a line that names the separator': 'sep=;\r\nx1;x2;class\r\n0,5;-1;a\r\n1,5;2;b\r\n-2;0,1;a\r\n',
  'R, write.table with col.names=NA': '"" "x1" "x2" "class"\n"1" 0.5 -1 "a"\n"2" 1.5 2 "b"\n"3" -2 0.1 "a"\n',
  'pandas: an index without a name': ',x,y,target\n0,0.5,-1,a\n1,1.5,2,b\n2,-2,0.1,a\n',
  'row numbers without a header': '1,0.5,-1,a\n2,1.5,2,b\n3,-2,0.1,a\n',
  'decimal commas and semicolons': 'x1;x2;class\n0,5;-1;a\n1,5;2,0;b\n-2;,1;a\n',
  'decimal commas and tabs, no header': '0,5\t-1\ta\n1,5\t2\tb\n-2\t0,1\ta\n',
  'decimal commas and spaces': '0,5 -1,0 a\n1,5 2,0 b\n-2,0 0,1 a\n',
  'decimal commas in quotes': 'x1,x2,class\n0.5,-1,a\n1.5,2,b\n-2,"0.1",a\n',
  bars: 'x1|x2|label\n0.5|-1|a\n1.5|2|b\n-2|0.1|a\n',
  'aligned columns': '   x1    x2  class\n  0.5    -1  a\n  1.5   2.0  b\n -2.0   0.1  a\n',
  'NumPy: comments': '# made today, "by hand\n0.5,-1,a\n\n# half\n1.5,2,b\n% old\n-2,0.1,a\n',
  'comments before the header': '# a, b, c\nx1,x2,class\n0.5,-1,a\n1.5,2,b\n-2,0.1,a\n',
  'a byte order mark': '\uFEFFx1,x2,class\r\n0.5,-1,a\r\n1.5,2,b\r\n-2,0.1,a\r\n',
  'spaces around cells': ' x1 , x2 , class \n 0.5 ,\t-1 , a \n 1.5 , 2 , "b" \n -2 , 0.1 , a\n',
  'extra columns': 'id,x1,colour,x2,class,note\n7,0.5,red,-1,a,\n8,1.5,red,2,b,"x, y"\n9,-2,blue,0.1,a,z\n',
  'extra columns, another order': 'label;name;y;x\na;p;-1;0,5\nb;q;2;1,5\na;r;0,1;-2\n',
  'empty columns at the end': 'x1,x2,class,,\n0.5,-1,a,,\n1.5,2,b,,\n-2,0.1,a,,\n',
  'lines of empty cells': 'x1,x2,class\n0.5,-1,a\n,,\n1.5,2,b\n-2,0.1,a\n,,\n',
};

describe('the dialects of CSV', () => {
  it.each(Object.entries(dialects))('%s', (_, text) => {
    const { inputs, targets, classes } = parseOwnPoints(text);
    expect([...inputs]).toEqual([0.5, -1, 1.5, 2, -2, 0.1]);
    expect(classes).toEqual(['a', 'b']);
    expect([...targets]).toEqual([1, -1, 1]);
  });

  it('all combinations of separator, decimal sign, line ending, header and quoting read the same', () => {
    const uniform = seededUniform(5);
    const points = Array.from(
      { length: 20 },
      () => [uniform() * 6 - 3, uniform() * 6 - 3, uniform()] as const,
    );
    for (const separator of [',', ';', '\t', '|', ' '])
      for (const decimal of separator === ',' ? ['.'] : ['.', ','])
        for (const end of ['\n', '\r\n'])
          for (const header of ['x1,x2,y', 'x,y,value', 'a,b,c', undefined])
            for (const quote of ['', '"']) {
              const cell = (text: string): string => `${quote}${text}${quote}`;
              const rows = points.map((row) => row.map((value) => cell(String(value).replace('.', decimal))));
              const lines = [...(header === undefined ? [] : [header.split(',').map(cell)]), ...rows];
              const { inputs, targets } = parseOwnPoints(lines.map((row) => row.join(separator)).join(end));
              expect([...inputs]).toEqual(points.flatMap(([x1, x2]) => [x1, x2]));
              expect([...targets]).toEqual(points.map(([, , y]) => y));
            }
  });

  it('quoted cells may contain separators, quotes and line breaks', () => {
    const { classes } = parseOwnPoints(
      'x1,x2,class\n1,0,"say ""a, b"""\n2,1,"two\nlines"\n3,1,"two\nlines"\n',
    );
    expect(classes).toEqual(['say "a, b"', 'two\nlines']);
    expect(() => parseOwnPoints('x1,x2,class\n1,0,"two\nlines"\n2,x,a\n')).toThrow('line 4: x2 must be');
  });
});

describe('the target', () => {
  it.each([
    ['x1,x2,label\n0,0,0\n1,1,1\n', ['0', '1']],
    ['x1,x2,target\n0,0,0\n1,1,1\n', ['0', '1']],
    ['0,0,-1\n1,1,1\n', ['-1', '1']],
    ['x1,x2,y\n0,0,A\n1,1,B\n', ['A', 'B']],
    ['x1,x2,y\n0,0,0\n1,1,1\n', undefined],
    ['x1,x2,target\n0,0,0.5\n1,1,1\n', undefined],
    ['0,0,1\n1,1,2\n1,1,3\n', undefined],
  ])('%j has classes %j', (text, classes) => {
    expect(parseOwnPoints(text).classes).toEqual(classes);
  });
});

describe('chosen columns', () => {
  const text = 'id,width,height,depth,species\n1,0.5,1,2,a\n2,1.5,2,3,b\n';
  it.each([[['height', 'depth', 'species']], [['3', '4', '5']], [['Height', 'DEPTH', '5']]])(
    '%j',
    (columns) => {
      const { inputs, classes } = parseOwnPoints(text, columns);
      expect([...inputs]).toEqual([1, 2, 2, 3]);
      expect(classes).toEqual(['a', 'b']);
    },
  );
  it('by number without a header', () => {
    expect([...parseOwnPoints('9,a,1,2,9\n9,b,3,4,9\n', ['3', '4', '2']).inputs]).toEqual([1, 2, 3, 4]);
  });
  it.each([
    [['height', 'dept', 'species'], 'no column "dept" (did you mean depth?): there are id, width, height'],
    [['height', 'depth'], 'need three columns, both coordinates and the target; got height,depth'],
    [['height', 'height', 'species'], 'need three columns'],
    [['height', 'depth', '6'], 'no column "6"'],
    [['height', 'depth', '0'], 'no column "0"'],
  ])('%j is refused: %s', (columns, message) => {
    expect(() => parseOwnPoints(text, columns)).toThrow(message);
  });
});

it.each([
  ['x1,x2,class\n1,2,"a\n1,2,b', 'own points, line 2: a quotation mark is not closed'],
  ['x1,x2,class\n1,2,a\n1,2,"a"b', 'own points, line 3: text follows a quoted cell'],
  ['', 'own points are empty'],
  ['\n# only this\n', 'own points are empty'],
  ['a,b\n1,2\n', 'own points need three columns, x1, x2 and y (or class), got a, b'],
  ['1,2\n3,4\n', 'got 2 columns without a header'],
  ['a,b,c,d\n1,2,3,4\n9,9,9,9\n', 'which of a, b, c, d are the coordinates and the target? Name them x1, x2'],
  ['1,2,3,4\n5,6,7,8\n', 'which of 4 columns without a header'],
  ['x1,x2,y\n1,2,3', 'at least two lines of points, got 1'],
  ['x1,x2,y\n1,2,3\n1,2', 'line 3: expected at least 3 columns, got 2'],
  [
    '# about\nx1,x2,y\n\n1,2,3\n1,two,3',
    'line 5: x2 must be a number from -10 to 10 (scale the column first), got "two"',
  ],
  ['x1,x2,y\n1,2,3\n11,2,3', 'x1 must be a number from -10 to 10'],
  ['x1,x2,y\n1,2,3\n1,2,', 'line 3: y must be'],
  ['x1,x2,y\n1,2,3\n1,0x10,3', 'line 3: x2 must be'],
  ['x1,x2,y\n1,2,3\n1,NaN,3', 'line 3: x2 must be'],
  ['x1,x2,class\n1,2,a\n1,2,', 'line 3: class is empty'],
  ['x1,x2,class\n1,2,a\n1,2,a', 'two classes, got 1 in class: a'],
  ['x,y,label\n1,2,a\n1,2,b\n1,2,c', 'two classes, got 3 in label: a, b, c'],
])('%j is refused: %s', (text, message) => {
  expect(() => parseOwnPoints(text)).toThrow(UsageError);
  expect(() => parseOwnPoints(text)).toThrow(message);
});

describe('more points than fit', () => {
  const limits = { points: 1000, characters: 20_000 };
  const line = (i: number, name: string): string => `${(i % 97) / 50},${-(i % 89) / 50},${name}\n`;
  it.each([
    ['sorted by class', (i: number) => (i < 50_000 ? 'A' : 'B')],
    ['alternating', (i: number) => (i % 2 ? 'A' : 'B')],
  ])('100,000 %s are sampled, half of each class', (_, nameOf) => {
    const text = `x,y,label\n${Array.from({ length: 100_000 }, (__, i) => line(i, nameOf(i))).join('')}`;
    const read = readOwnPoints(text, limits);
    expect(read).toMatchObject({ count: 1000, of: 100_000 });
    const { targets } = parseOwnPoints(read.csv);
    expect(targets).toHaveLength(1000);
    const first = targets.filter((target) => target === 1).length;
    expect(first).toBeGreaterThan(430);
    expect(first).toBeLessThan(570);
  });
  it('the sample of a text is reproducible', () => {
    const text = Array.from({ length: 3000 }, (_, i) => line(i, i % 3 ? 'A' : 'B')).join('');
    expect(readOwnPoints(text, limits)).toEqual(readOwnPoints(text, limits));
  });
  it('keeps a rare class', () => {
    const text = Array.from({ length: 5000 }, (_, i) => line(i, i === 77 ? 'rare' : 'usual')).join('');
    expect(parseOwnPoints(readOwnPoints(text, limits).csv).classes).toEqual(['rare', 'usual']);
  });
  it('takes as many points as the character limit allows', () => {
    const text = Array.from({ length: 900 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${Math.tan(i % 2)}\n`);
    const { csv, count, of } = readOwnPoints(text.join(''), limits);
    expect(of).toBe(900);
    expect(csv.length).toBeLessThanOrEqual(20_000);
    expect(csv.length).toBeGreaterThan(18_000);
    expect(parseOwnPoints(csv).targets).toHaveLength(count);
  });
  it('takes all points in order if they fit', () => {
    for (const text of Object.values(dialects)) {
      const { csv, count } = readOwnPoints(text, limits);
      expect([csv, count]).toEqual(['x1,x2,class\n0.5,-1,a\n1.5,2,b\n-2,0.1,a\n', 3]);
    }
    const odd = 'x1,x2,class\n1,0,"a, ""b"""\n2,1,"#c"\n';
    expect(parseOwnPoints(readOwnPoints(odd, limits).csv)).toEqual(parseOwnPoints(odd));
  });
  it('a picture with fewer points covers all parts of the data', () => {
    const csv = `x1,x2,y\n${Array.from({ length: 9 }, (_, i) => `${i},0,${i}`).join('\n')}`;
    const state = withKnobs(defaultState, { data: 'csv', csv, points: 5 });
    const { inputs, targets } = labData(state);
    expect(targets).toHaveLength(5);
    expect([...targets]).toEqual([...inputs.filter((_, i) => i % 2 === 0)]);
    expect([...targets].every((target, i) => target >= 1.8 * i - 1 && target < 1.8 * (i + 1))).toBe(true);
    expect(dataCount(withKnobs(state, { points: 100 }))).toBe(9);
  });
});

it('damaged text gives points or a named error', () => {
  const uniform = seededUniform(11);
  const texts = Object.values(dialects);
  const pieces = [
    '"',
    ',',
    ';',
    '\n',
    '\t',
    ' ',
    '#',
    '0',
    '-',
    'e',
    'x1',
    '\u0000',
    '\uFEFF',
    '""',
    '1e999',
  ];
  for (let i = 0; i < 1500; i++) {
    let text = texts[Math.floor(uniform() * texts.length)]!;
    for (let edits = 1 + Math.floor(uniform() * 4); edits > 0; edits--) {
      const at = Math.floor(uniform() * text.length);
      const piece = pieces[Math.floor(uniform() * pieces.length)]!;
      text = text.slice(0, at) + piece + text.slice(at + Math.floor(uniform() * 3));
    }
    try {
      const { inputs, targets } = parseOwnPoints(text);
      expect([...inputs, ...targets].every(Number.isFinite)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect((error as Error).message).not.toContain('\n');
    }
  }
});

it('asks for the columns of a table with both a class and a number as target', () => {
  const text = 'x1,x2,y,class\n0,0,1.5,a\n1,1,2.5,b\n';
  expect(() => parseOwnPoints(text)).toThrow(
    'which of class, y is the target? Choose the columns by --columns x1,x2,class',
  );
  expect(parseOwnPoints(text, ['x1', 'x2', 'class']).classes).toEqual(['a', 'b']);
  expect([...parseOwnPoints(text, ['x1', 'x2', 'y']).targets]).toEqual([1.5, 2.5]);
  expect(parseOwnPoints('x,y,class\n0,0,a\n1,1,b\n').classes).toEqual(['a', 'b']);
});
