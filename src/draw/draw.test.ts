import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { captioned } from './caption.ts';
import { cellRuns } from './cells.ts';
import { type Context, drawPicture } from './canvas.ts';
import type { Mark, Picture } from './marks.ts';
import { plot } from './plot.ts';
import { pictureToSvg } from './svg.ts';
import { divergingLevel, rampThrough, sequentialLevel } from './ramp.ts';
import type { Theme } from './theme.ts';

const theme: Theme = {
  name: 'light',
  ink: '#000000',
  muted: '#555555',
  grid: '#dddddd',
  rule: '#999999',
  paper: '#ffffff',
  plane: '#ffffff',
  series: ['#0000ff'],
  diverging: rampThrough(['#0000ff', '#ffffff', '#ff0000'], 5),
  sequential: rampThrough(['#000000', '#ffffff'], 5),
};
const picture = (...marks: Mark[]): Picture => ({
  width: 40,
  height: 30,
  background: '#ffffff',
  marks,
  description: 'a < b & "c"',
});

/** Reads the colour of the pixel at x, y of the picture rendered from SVG. */
function pixels(one: Picture): (x: number, y: number) => string {
  const { pixels: bytes, width } = new Resvg(pictureToSvg(one)).render();
  return (x, y) =>
    `#${[0, 1, 2].map((c) => bytes[4 * (y * width + x) + c]!.toString(16).padStart(2, '0')).join('')}`;
}

describe('a picture as SVG', () => {
  it('paints every kind of mark in its place', () => {
    const at = pixels(
      picture(
        { kind: 'rect', x: 0, y: 0, width: 10, height: 10, fill: '#ff0000' },
        { kind: 'dots', x: [15, 25], y: [5, 5], radius: [4, 4], fills: ['#00ff00', '#0000ff'] },
        { kind: 'path', points: [30, 0, 40, 0, 40, 10, 30, 10], closed: true, fill: '#00ffff' },
        { kind: 'arrows', x: [2], y: [15], dx: [30], dy: [0], head: 10, stroke: '#ff00ff', lineWidth: 3 },
        {
          kind: 'cells',
          x: 0,
          y: 20,
          width: 20,
          height: 10,
          rows: 1,
          columns: 2,
          levels: Uint8Array.of(1, 0),
          ramp: ['#111111', '#222222'],
        },
        {
          kind: 'clip',
          x: 30,
          y: 20,
          width: 5,
          height: 10,
          marks: [{ kind: 'rect', x: 20, y: 20, width: 20, height: 10, fill: '#333333' }],
        },
      ),
    );
    expect([at(5, 5), at(15, 5), at(25, 5), at(35, 5)]).toEqual(['#ff0000', '#00ff00', '#0000ff', '#00ffff']);
    expect([at(10, 15), at(30, 15), at(24, 17)]).toEqual(['#ff00ff', '#ff00ff', '#ff00ff']);
    expect([at(5, 25), at(15, 25), at(25, 25), at(32, 25), at(37, 25)]).toEqual([
      '#222222',
      '#111111',
      '#ffffff',
      '#333333',
      '#ffffff',
    ]);
  });

  it('lifts the pen at NaN', () => {
    const at = pixels(
      picture({
        kind: 'path',
        points: [0, 15, 10, 15, NaN, NaN, 30, 15, 40, 15],
        stroke: '#000000',
        lineWidth: 4,
      }),
    );
    expect([at(5, 15), at(20, 15), at(35, 15)]).toEqual(['#000000', '#ffffff', '#000000']);
  });

  it('escapes text, colours and descriptions', () => {
    const evil = '"><script>alert(1)</script>';
    const svg = pictureToSvg({
      ...picture(
        { kind: 'text', x: 1, y: 1, text: evil, fill: evil, halo: evil },
        { kind: 'dots', x: [1], y: [1], radius: 1, fills: [evil], stroke: evil },
        { kind: 'arrows', x: [1], y: [1], dx: [5], dy: [5], stroke: evil },
      ),
      background: evil,
      description: evil,
    });
    expect(svg).not.toContain('<script');
  });
});

it('a canvas draws dots of one colour as one path, and restores its state after a clip', () => {
  const calls: string[] = [];
  const context = new Proxy({} as Context, {
    get: (_, name) => () => calls.push(String(name)),
    set: () => true,
  });
  drawPicture(
    context,
    picture(
      { kind: 'dots', x: [1, 2, 3], y: [1, 2, 3], radius: 1, fills: ['red', 'blue', 'red'] },
      { kind: 'clip', x: 0, y: 0, width: 1, height: 1, marks: [] },
    ),
  );
  expect(calls.filter((name) => name === 'fill')).toHaveLength(2);
  expect(calls.filter((name) => name === 'arc')).toHaveLength(3);
  expect(calls.indexOf('save')).toBeLessThan(calls.indexOf('restore'));
});

it('the halo of dots is below all of them', () => {
  const halo = { x: [10, 14], y: [15, 15], radius: 4, halo: '#ff0000' };
  const at = pixels(picture({ kind: 'dots', ...halo, fill: '#0000ff' }));
  expect([at(9, 15), at(12, 15), at(14, 15)]).toEqual(['#0000ff', '#0000ff', '#0000ff']);
  const calls: string[] = [];
  const context = new Proxy({} as Context, {
    get: (_, name) => () => calls.push(String(name)),
    set: (_, name, value) => {
      if (name === 'fillStyle') calls.push(String(value));
      return true;
    },
  });
  drawPicture(context, picture({ kind: 'dots', ...halo, fills: ['#00ff00', '#0000ff'] }));
  expect(calls.filter((name) => name.startsWith('#')).slice(-3)).toEqual(['#ff0000', '#00ff00', '#0000ff']);
});

it('a caption is wrapped below its picture', () => {
  const wide = captioned({ ...picture(), width: 400 }, 'meanfield lab --preset convex', theme);
  expect(wide.marks).toMatchObject([{ text: 'meanfield lab --preset convex' }]);
  expect(wide.height).toBeGreaterThan(30);
  const narrow = captioned({ ...picture(), width: 150 }, 'meanfield lab --preset convex', theme);
  expect(narrow.marks.length).toBe(2);
  expect(narrow.height).toBeGreaterThan(wide.height);
});

it('neighbouring cells of one level become one rectangle', () => {
  const runs = [...cellRuns({ rows: 2, columns: 3, levels: Uint8Array.of(1, 1, 0, 2, 2, 2) })];
  expect(runs).toEqual([
    { level: 1, row: 0, from: 0, to: 2 },
    { level: 0, row: 0, from: 2, to: 3 },
    { level: 2, row: 1, from: 0, to: 3 },
  ]);
});

describe('a plot', () => {
  const options = { x: 10, y: 20, width: 300, height: 200 };
  it('puts data inside its frame and takes pixels back', () => {
    const one = plot({ ...options, horizontal: { from: -1, to: 1 }, vertical: { from: 0, to: 10 } }, theme);
    expect(one.sx(-1)).toBeCloseTo(one.left);
    expect(one.sx(1)).toBeCloseTo(one.left + one.width);
    expect(one.sy(10)).toBeCloseTo(one.top);
    const [x, y] = one.invert(one.sx(0.3), one.sy(7));
    expect([x, y].map((value) => Number(value.toFixed(9)))).toEqual([0.3, 7]);
    for (const mark of one.frame)
      if (mark.kind === 'text') {
        expect(mark.x).toBeGreaterThanOrEqual(options.x);
        expect(mark.y).toBeLessThanOrEqual(options.y + options.height);
      }
  });
  it('has the same unit on both axes if they are equal', () => {
    const one = plot(
      { ...options, horizontal: { from: -1, to: 1 }, vertical: { from: -1, to: 1 }, equal: true },
      theme,
    );
    expect(one.sx(1) - one.sx(0)).toBeCloseTo(one.sy(0) - one.sy(1), 9);
  });
  it('keeps the given ranges with an equal frame', () => {
    const range = { from: -2, to: 2 };
    const one = plot({ ...options, horizontal: range, vertical: range, equal: 'frame' }, theme);
    expect(one.width).toBe(one.height);
    expect([one.sx(2), one.sy(2)]).toEqual([one.left + one.width, one.top]);
  });
  it.each([
    [1e-4, 0.5, ['10\u207b\u2074', '10\u207b\u00b3', '10\u207b\u00b2', '10\u207b\u00b9']],
    [0.012, 0.9, ['0.02', '0.05', '0.1', '0.2', '0.5']],
    [0.0012, 0.09, ['0.002', '0.005', '0.01', '0.02', '0.05']],
    [0.14, 0.66, ['0.2', '0.3', '0.4', '0.5', '0.6']],
    [900, 5100, ['1000', '2000', '5000']],
  ])('has uniformly formatted ticks on a logarithmic axis from %d to %d', (from, to, ticks) => {
    const tall = { ...options, height: 260 };
    const one = plot(
      { ...tall, horizontal: { from: 0, to: 1, bare: true }, vertical: { from, to, scale: 'log' } },
      theme,
    );
    const texts = one.frame.flatMap((mark) => (mark.kind === 'text' ? mark.text : []));
    expect(texts.sort()).toEqual([...ticks].sort());
  });
  it('has legible ticks for a single value and on a logarithmic axis', () => {
    const flat = plot(
      { ...options, horizontal: { from: 2, to: 2 }, vertical: { from: 1e-8, to: 1e2, scale: 'log' } },
      theme,
    );
    const texts = flat.frame.flatMap((mark) => (mark.kind === 'text' ? mark.text : []));
    expect(texts.some((text) => text.startsWith('10\u207b'))).toBe(true);
    expect(Number.isFinite(flat.sx(2))).toBe(true);
  });
});

it('colours of values stay within their ramp', () => {
  expect([-9, -1, 0, 1, 9].map((value) => divergingLevel(value, 1, 5))).toEqual([0, 0, 2, 4, 4]);
  expect([0, 5, 10, 99].map((value) => sequentialLevel(value, 0, 10, 5))).toEqual([0, 2, 4, 4]);
  expect(divergingLevel(1, 0, 5)).toBe(2);
  expect(rampThrough(['#000000', '#ffffff'], 3)).toEqual(['#000000', '#808080', '#ffffff']);
});
