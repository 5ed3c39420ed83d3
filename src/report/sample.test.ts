import { expect, it } from 'vitest';
import { smooth, thin } from './sample.ts';

it('thinning keeps the ends and even gaps', () => {
  const thinned = thin(
    Array.from({ length: 1001 }, (_, i) => i),
    101,
  );
  expect(thinned).toEqual(Array.from({ length: 101 }, (_, i) => 10 * i));
  expect(thin([1, 2, 3], 3)).toEqual([1, 2, 3]);
});

it('smoothing leaves a straight line and a constant as they are, away from the ends', () => {
  const line = Array.from({ length: 101 }, (_, x) => ({ x, y: 3 * x + 1 }));
  expect(smooth(line, 4)[50]?.y).toBeCloseTo(151, 10);
  const flat = line.map(({ x }) => ({ x, y: 7 }));
  for (const { y } of smooth(flat, 4)) expect(y).toBeCloseTo(7, 12);
});

it('smoothing has no lag: a step is crossed halfway where it is', () => {
  const step = Array.from({ length: 101 }, (_, x) => ({ x, y: x < 50 ? 0 : x > 50 ? 1 : 0.5 }));
  expect(smooth(step, 5)[50]?.y).toBeCloseTo(0.5, 10);
});

it('smoothing takes out noise', () => {
  const noise = Array.from({ length: 101 }, (_, x) => ({ x, y: x % 2 ? 1 : -1 }));
  expect(Math.abs(smooth(noise, 4)[50]?.y ?? 1)).toBeLessThan(0.01);
});
