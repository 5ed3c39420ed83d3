import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { CounterStream } from '../random.ts';
import type { PointSet } from '../types.ts';
import { makePoints, pointSetNames } from './catalogue.ts';
import { singleIndexDirection } from './single-index.ts';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: number;
}
const pointsOf = ({ inputs, labels, count }: PointSet): Point[] =>
  Array.from({ length: count }, (_, i) => ({ x: inputs[2 * i]!, y: inputs[2 * i + 1]!, label: labels![i]! }));
const modulo = (value: number, base: number): number => ((value % base) + base) % base;

describe.each(pointSetNames)('%s', (name) => {
  it('has the requested number of rows, all of them finite', () => {
    const set = makePoints(name, { count: 101 });
    expect(set).toMatchObject({ name, count: 101, dimension: 2, outputs: name === 'single-index' ? 1 : 2 });
    expect(set.inputs).toHaveLength(101 * set.dimension);
    expect(set.targets).toHaveLength(101 * set.outputs);
    expect([...set.inputs, ...set.targets].every(Number.isFinite)).toBe(true);
  });
  it('is the same for equal seeds and differs for others', () => {
    expect(makePoints(name, { seed: 3 })).toEqual(makePoints(name, { seed: 3 }));
    expect(makePoints(name, { seed: 3 }).inputs).not.toEqual(makePoints(name, { seed: 4 }).inputs);
  });
  it('of more points begins with those of fewer', () => {
    const [few, many] = [makePoints(name, { count: 10 }), makePoints(name, { count: 20 })];
    expect(many.inputs.slice(0, few.inputs.length)).toEqual(few.inputs);
    expect(many.targets.slice(0, few.targets.length)).toEqual(few.targets);
  });
  it('has noise of the requested size', () => {
    const [still, noisy] = [0, 0.3].map((noise) => makePoints(name, { count: 4000, noise }));
    const [a, b] =
      name === 'single-index' ? [still!.targets, noisy!.targets] : [still!.inputs, noisy!.inputs];
    const squares = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
    expect(Math.sqrt(squares / a.length)).toBeCloseTo(0.3, 1.5);
  });
});

it('a point depends on the seed and its own index alone, not on earlier draws', () => {
  const points = pointsOf(makePoints('spirals', { count: 30, noise: 0, seed: 3 }));
  for (const [i, { x, y }] of points.entries())
    expect(Math.hypot(x, y)).toBeCloseTo(0.1 + 0.9 * new CounterStream(3, 'points', 0, i).uniform(), 12);
});

describe.each(['spirals', 'moons', 'circles', 'xor'])('the classes of %s', (name) => {
  it('are equally large, and the targets are their one-hot rows', () => {
    const { labels, targets, outputs, count } = makePoints(name, { count: 100 });
    expect(labels!.filter((label) => label === 0)).toHaveLength(50);
    for (let i = 0; i < count; i++)
      expect([...targets.slice(outputs * i, outputs * (i + 1))]).toEqual(labels![i] === 0 ? [1, 0] : [0, 1]);
  });
});

describe('without noise', () => {
  it.each([2, 3, 5])(
    'each of %i spirals lies on its arm and reaches from the inside to the outside',
    (classes) => {
      const points = pointsOf(makePoints('spirals', { count: 600, noise: 0, classes }));
      for (const { x, y, label } of points) {
        const along = (Math.hypot(x, y) - 0.1) / 0.9;
        const turn = Math.atan2(y, x) / (2 * Math.PI) - along - label / classes;
        expect(Math.min(modulo(turn, 1), 1 - modulo(turn, 1))).toBeLessThan(1e-9);
      }
      for (let c = 0; c < classes; c++) {
        const radii = points.filter(({ label }) => label === c).map(({ x, y }) => Math.hypot(x, y));
        expect(Math.min(...radii)).toBeLessThan(0.15);
        expect(Math.max(...radii)).toBeGreaterThan(0.95);
      }
    },
  );
  it('moons are two half circles that no line separates, mirror images of each other', () => {
    for (const { x, y, label } of pointsOf(makePoints('moons', { noise: 0 }))) {
      const [u, v] = label === 0 ? [x, y] : [-x, -y];
      expect(Math.hypot(u + 0.5, v + 0.25)).toBeCloseTo(1, 9);
      expect(v).toBeGreaterThanOrEqual(-0.25);
    }
  });
  it('each circle has half the radius of the previous one', () => {
    for (const { x, y, label } of pointsOf(makePoints('circles', { noise: 0, classes: 3 })))
      expect(Math.hypot(x, y)).toBeCloseTo([1, 0.5, 0.25][label]!, 9);
  });
  it('xor tests whether signs differ, in all four quadrants', () => {
    const points = pointsOf(makePoints('xor', { noise: 0 }));
    for (const { x, y, label } of points) {
      expect(label).toBe(x * y > 0 ? 0 : 1);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1);
      expect(Math.min(Math.abs(x), Math.abs(y))).toBeGreaterThanOrEqual(0.1);
    }
    expect(new Set(points.map(({ x, y }) => `${x > 0},${y > 0}`)).size).toBe(4);
  });
  it('single-index depends on one direction alone', () => {
    const dimension = 7;
    const direction = singleIndexDirection(5, dimension);
    expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
    const { inputs, targets, count, outputs } = makePoints('single-index', { dimension, noise: 0, seed: 5 });
    expect(outputs).toBe(1);
    for (let i = 0; i < count; i++) {
      const projection = direction.reduce((sum, w, d) => sum + w * inputs[i * dimension + d]!, 0);
      expect(targets[i]).toBeCloseTo(Math.sin(2 * projection), 12);
    }
  });
});

describe('wrong arguments', () => {
  it('the error for an unknown name suggests the nearest', () => {
    expect(() => makePoints('spiral')).toThrow(/unknown point set "spiral": did you mean spirals\?/);
  });
  it.each([
    ['spirals', { count: 0 }],
    ['spirals', { noise: -1 }],
    ['spirals', { seed: 0.5 }],
    ['spirals', { classes: 1 }],
    ['moons', { classes: 3 }],
    ['xor', { classes: 3 }],
    ['circles', { dimension: 3 }],
    ['single-index', { dimension: 0 }],
    ['single-index', { classes: 2 }],
  ])('%s with %j is refused', (name, options) => {
    expect(() => makePoints(name, options)).toThrow(UsageError);
  });
});
