import { expect, it } from 'vitest';
import { Generator, ops, tensor, zeros } from '../../tensor/index.ts';
import { gridMeasure } from './grid.ts';
import { breaksOf } from './measure.ts';

const [L, M, k] = [4, 3, 2];
const theta = new Generator(1).normal([L, M, k], 'f64');

it('by default it has L equal steps and M equal weights: a probability at every depth', () => {
  const rho = gridMeasure(theta);
  expect(rho.steps).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(breaksOf(rho)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  for (let l = 0; l < L; l++) {
    const { theta: slice, weight } = rho.particles(l, 0.5);
    expect(slice.toArray()).toEqual(theta.toArray().slice(l * M * k, (l + 1) * M * k));
    expect(slice.shape).toEqual([M, k]);
    expect(weight.toArray()).toEqual([1 / 3, 1 / 3, 1 / 3]);
  }
  expect(gridMeasure(ops.toDtype(theta, 'f32')).weight.dtype).toBe('f32');
});

it('takes steps and weights; a step may be 0', () => {
  const weight = new Generator(2).uniform([L, M], 'f64');
  const rho = gridMeasure(theta, { steps: [0.5, 0, 0.25, 1], weight });
  expect(breaksOf(rho)).toEqual([0, 0.5, 0.5, 0.75, 1.75]);
  expect(rho.particles(2, 0).weight.toArray()).toEqual(weight.toArray().slice(6, 9));
});

it('accumulate adds to the rows of a slice', () => {
  const rho = gridMeasure(theta);
  const into = zeros([L, M, k], { dtype: 'f64' });
  const part = tensor([1, 2, 3, 4, 5, 6], [M, k], { dtype: 'f64' });
  rho.accumulate(2, part, into, 10);
  rho.accumulate(2, part, into, -4);
  const expected = Array.from({ length: L * M * k }, () => 0);
  expected.splice(2 * M * k, M * k, 6, 12, 18, 24, 30, 36);
  expect(into.toArray()).toEqual(expected);
  const weights = zeros([L, M], { dtype: 'f64' });
  rho.accumulate(0, tensor([1, 2, 3], [M], { dtype: 'f64' }), weights, 1);
  expect(weights.toArray()).toEqual([1, 2, 3, ...Array.from({ length: 9 }, () => 0)]);
});

it('withTheta and withWeight keep the rest', () => {
  const rho = gridMeasure(theta, { steps: [1, 2, 3, 4] });
  const moved = rho.withTheta(ops.addScalar(theta, 1));
  expect([moved.steps, moved.weight]).toEqual([rho.steps, rho.weight]);
  expect(moved.particles(1, 0).theta.toArray()).toEqual(
    rho
      .particles(1, 0)
      .theta.toArray()
      .map((x) => x + 1),
  );
  const weighed = rho.withWeight(ops.mulScalar(rho.weight, 2));
  expect(weighed.theta).toBe(theta);
  expect(weighed.particles(3, 0).weight.toArray()).toEqual([2 / 3, 2 / 3, 2 / 3]);
});
