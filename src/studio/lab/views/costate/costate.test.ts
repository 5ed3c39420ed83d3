import { expect, it } from 'vitest';
import { numbersOf } from '../fake-states.ts';

it('costates stay above their bound, trained or not', () => {
  for (let seed = 1; seed <= 12; seed++)
    for (const trained of [0, 20])
      expect(numbersOf({ view: 'costate', seed, trained, scale: 1.5, ds: 0.2 }).ratio).toBeGreaterThanOrEqual(
        1 - 1e-12,
      );
});

it('at depth 1 the norm of the costate is sqrt(2 E)', () => {
  const { end, loss } = numbersOf({ view: 'costate' });
  expect(end! ** 2 / (2 * loss!)).toBeCloseTo(1, 12);
});
