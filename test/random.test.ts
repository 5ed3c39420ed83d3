import { expect, it, vi } from 'vitest';
import { testSeed, uniformNumbers } from './random.ts';

it('a seed gives the same numbers again, all in [0, 1)', () => {
  const numbers = (seed: number): number[] => Array.from({ length: 1000 }, uniformNumbers(seed));
  expect(numbers(3)).toEqual(numbers(3));
  expect(numbers(3)).not.toEqual(numbers(4));
  expect(numbers(3).every((x) => x >= 0 && x < 1)).toBe(true);
  expect(numbers(3).reduce((a, b) => a + b) / 1000).toBeCloseTo(0.5, 1);
});

it('the seed of a test is printed, and set by MEANFIELD_TEST_SEED', () => {
  const print = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv('MEANFIELD_TEST_SEED', '17');
  expect(testSeed()).toBe(17);
  vi.stubEnv('MEANFIELD_TEST_SEED', undefined);
  const drawn = testSeed();
  expect(print.mock.calls).toEqual([['MEANFIELD_TEST_SEED=17\n'], [`MEANFIELD_TEST_SEED=${drawn}\n`]]);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
