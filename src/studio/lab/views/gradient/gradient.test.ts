import { expect, it } from 'vitest';
import type { CellsMark, RectMark } from '../../../../draw/index.ts';
import { all, bilinear, drawn, numbersOf, partsOf, wordsOf } from '../fake-states.ts';
import type { LandscapePart } from './compute.ts';

it('the landscape equals G at each particle in its plane', () => {
  const parts = partsOf({ view: 'gradient', particle: 2, axisX: 0, axisY: 4, scale: 0.5 });
  const { values, window, particles, own } = all<LandscapePart>(parts, 'landscape')[0]!;
  const [rows = 0] = values.shape;
  const place = (x: number): number => ((x / window + 1) / 2) * (rows - 1);
  const [x, y] = [place(particles.data[4]!), place(particles.data[5]!)];
  const between = bilinear(values.data, rows, x, y);
  expect(between).toBeCloseTo(own[2]!, 2);
});

it('G tends to the two-layer gradient as rho shrinks', () => {
  const angle = (scale: number): number => 1 - numbersOf({ view: 'gradient', scale }).cosine!;
  expect(angle(0.25)).toBeLessThan(angle(1) / 4);
  expect(angle(0.25)).toBeGreaterThan(0);
});

it('landscapes fill their frames and state their depth range', () => {
  const marks = drawn({ view: 'gradient', depth: 4, t: 0.6 }, 1024);
  expect(wordsOf(marks)).toContain('G(θ, t) of the block from t = 0.5 to 0.75');
  const cells = marks.filter((mark) => mark.kind === 'cells' && mark.rows > 1) as CellsMark[];
  expect(cells).toHaveLength(2);
  for (const { x, y, width, height } of cells) {
    expect(width).toBeCloseTo(height, 6);
    const frame = marks.find(
      (mark): mark is RectMark => mark.kind === 'rect' && mark.x === x && mark.y === y,
    )!;
    expect(frame.width).toBeCloseTo(width, 6);
    expect(frame.height).toBeCloseTo(height, 6);
  }
});
