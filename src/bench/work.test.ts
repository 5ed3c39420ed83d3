import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { busyCores } from './machine.ts';
import { resnetGflop } from './work.ts';

it('counts the multiply-adds of convolutions and the last layer, 41 million for ResNet20', () => {
  expect(resnetGflop(20)).toBeCloseTo(2 * 0.0406, 3);
  expect(resnetGflop(56)).toBeCloseTo(2 * 0.1255, 3);
});

it('counts the cores that a busy process uses', async () => {
  const end = performance.now() + 400;
  const watching = busyCores(availableParallelism());
  while (performance.now() < end);
  const used = await watching;
  expect(used).toBeGreaterThan(0.4);
  expect(used).toBeLessThanOrEqual(availableParallelism());
});
