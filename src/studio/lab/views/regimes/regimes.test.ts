import { expect, it } from 'vitest';
import { numbersOf } from '../fake-states.ts';

it('as alpha grows, the lazy network tends to its linearisation and its blocks move less', () => {
  const at = (alpha: number): Readonly<Record<string, number>> =>
    numbersOf({ view: 'regimes', alpha, steps: 40, ds: 0.5 });
  const [near, far] = [at(400), at(20)];
  expect(Math.abs(near.lazy! - near.lazyLimit!)).toBeLessThan(0.1 * Math.abs(far.lazy! - far.lazyLimit!));
  expect(far.lazyMovement! / near.lazyMovement!).toBeCloseTo(20, 0);
  expect(near.movement).toBe(far.movement);
  expect(near.alignmentEnd).toBeGreaterThan(near.alignmentStart!);
});
