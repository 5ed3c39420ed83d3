import { InvalidArgumentError } from 'commander';
import { expect, it } from 'vitest';
import { parseSeeds } from './flags.ts';

it('seeds are a number, a list, a range, or a list of both', () => {
  expect(parseSeeds('7')).toEqual([7]);
  expect(parseSeeds('1,2,5')).toEqual([1, 2, 5]);
  expect(parseSeeds('1..3,9')).toEqual([1, 2, 3, 9]);
  expect(parseSeeds('0..999')).toHaveLength(1000);
});

it.each(['', 'one', '1..', '3..1', '-1', '1.5', '1,,2', '1..1000000', '0..1000', '1..600,1..600'])(
  '%j is refused',
  (text) => {
    expect(() => parseSeeds(text)).toThrow(InvalidArgumentError);
  },
);
