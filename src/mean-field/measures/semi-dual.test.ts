import { expect, it } from 'vitest';
import { relativeError } from '../../reference/index.ts';
import { Generator, ops, type Tensor } from '../../tensor/index.ts';
import { marginalError, newtonStep, planOf, type SemiDual, sinkhornStep } from './semi-dual.ts';

const [n, m] = [7, 5];
const generator = new Generator(1);
const law = (shape: readonly number[]): Tensor => {
  const raw = ops.addScalar(generator.uniform(shape, 'f64'), 0.1);
  return ops.div(raw, ops.sum(raw));
};
const dual: SemiDual = {
  kernel: ops.neg(generator.uniform([n, m], 'f64')),
  rows: law([n, 1]),
  columns: law([1, m]),
};
const start = generator.normal([1, m], 'f64');

it('the rows of a plan are exact for any potential', () => {
  expect(relativeError(ops.sumDim(planOf(dual, start), [1]).toArray(), dual.rows.toArray())).toBeLessThan(
    1e-14,
  );
  const columns = ops.sumDim(planOf(dual, start), [0]).toArray();
  const missing = columns.reduce((sum, c, j) => sum + Math.abs(c - dual.columns.toArray()[j]!), 0);
  expect(marginalError(dual, start)).toBeCloseTo(missing, 14);
  expect(missing).toBeGreaterThan(0.01);
});

it("Sinkhorn's step makes the columns exact for the rows' potential before it", () => {
  const next = sinkhornStep(dual, start);
  expect(next.shape).toEqual([1, m]);
  // exp(phi + kernel + psi') = plan(psi) exp(psi' - psi)
  const plan = ops.mul(planOf(dual, start), ops.exp(ops.sub(next, start)));
  expect(relativeError(ops.sumDim(plan, [0]).toArray(), dual.columns.toArray())).toBeLessThan(1e-14);
});

it("Sinkhorn's and Newton's steps converge to the same limit, Newton's quadratically", () => {
  let [slow, fast] = [start, start];
  for (let i = 0; i < 400; i++) slow = sinkhornStep(dual, slow);
  const errors: number[] = [];
  for (let i = 0; i < 8; i++) errors.push(marginalError(dual, (fast = newtonStep(dual, fast))));
  expect(errors.at(-1)).toBeLessThan(1e-14);
  const quadratic = errors.findIndex((error) => error < 1e-2);
  expect(errors[quadratic + 2]).toBeLessThan(1e-7);
  expect(relativeError(planOf(dual, fast).toArray(), planOf(dual, slow).toArray())).toBeLessThan(1e-12);
});
