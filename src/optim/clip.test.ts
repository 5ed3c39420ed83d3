import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { tensor } from '../tensor/index.ts';
import { clipGradients, gradientNorm } from './clip.ts';

const gradients = () => [tensor([3, 0], [2], { dtype: 'f64' }), tensor([4, 12], [1, 2], { dtype: 'f64' })];

it('the norm is taken over all gradients together', () => {
  expect(gradientNorm(gradients())).toBeCloseTo(13, 13);
});

it('gradients above the bound are scaled to it, in place and by one factor, as in PyTorch', () => {
  const list = gradients();
  expect(clipGradients(list, 2)).toBeCloseTo(13, 13);
  const scale = 2 / (13 + 1e-6);
  [3, 0, 4, 12].forEach((value, i) => {
    expect(list.flatMap((one) => one.toArray())[i]).toBeCloseTo(value * scale, 14);
  });
  expect(gradientNorm(list)).toBeLessThanOrEqual(2);
});

it('gradients within the bound stay bit-identical', () => {
  const list = gradients();
  expect(clipGradients(list, 13.001)).toBeCloseTo(13, 13);
  expect(list.flatMap((one) => one.toArray())).toEqual([3, 0, 4, 12]);
});

it('a bound that is not positive is rejected', () => {
  expect(() => clipGradients(gradients(), 0)).toThrow(UsageError);
});
