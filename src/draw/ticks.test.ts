import { expect, it } from 'vitest';
import { chooseTicks, labelTicks } from './ticks.ts';

it('labels have the digits that tell neighbouring ticks apart', () => {
  expect(labelTicks('linear', [0, 0.25, 0.5])).toEqual(['0.00', '0.25', '0.50']);
  expect(labelTicks('linear', [0, 500, 1000])).toEqual(['0', '500', '1\u202f000']);
});

it('an axis of one value has a label', () => {
  expect(labelTicks('linear', [120, 120])).toEqual(['120.00', '120.00']);
  expect(labelTicks('linear', [])).toEqual([]);
  for (const type of ['linear', 'sqrt', 'log'] as const)
    expect(labelTicks(type, chooseTicks(type, 3, 3, 5)).every((text) => !text.includes('NaN'))).toBe(true);
});
