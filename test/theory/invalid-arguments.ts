/** Shared by the tests of invalid arguments: valid examples to spoil, and assertions about errors. */
import { expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import {
  bottleneck,
  gridMeasure,
  intervalMeasure,
  type Particles,
  pathMeasure,
  type Problem,
  solve,
} from '../../src/mean-field/index.ts';
import { Generator, ops, tensor, type Tensor } from '../../src/tensor/index.ts';

export const d = 2;
export const k = 2 * d + 1;
export const generator = new Generator(1);
export const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
export const numbers = (...values: number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });
export const f32 = (x: Tensor): Tensor => ops.toDtype(x, 'f32');
/** x with one entry replaced. */
export const withEntry = (x: Tensor, value: number, at = 0): Tensor => {
  const values = x.toArray();
  values[at] = value;
  return tensor(values, x.shape, { dtype: 'f64' });
};

export const [L, M, N] = [3, 4, 5];
export const theta = normal(L, M, k);
export const weight = ops.full([L, M], 1 / M, 'f64');
export const grid = gridMeasure(theta);
export const list = normal(M, k);
export const interval = intervalMeasure(list, { tau: [0.25, 0.5, 0.75, 1] });
export const particles: Particles = { theta: list, weight: ops.full([M], 1 / M, 'f64') };
export const other: Particles = { theta: normal(M, 3), weight: particles.weight };
export const path = pathMeasure(() => particles, 4);
export const problem: Problem = { inputs: normal(N, d), targets: normal(N, d) };
export const family = bottleneck('tanh');
export const state = normal(N, d);
export const solution = solve(problem, family, grid);

export type Wrong = readonly [name: string, act: () => unknown, message: string | RegExp];

export function expectRejected(cases: readonly Wrong[]): void {
  it.each(cases)('%s', (_, act, message) => {
    let caught: unknown;
    try {
      act();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UsageError);
    const { message: text } = caught as UsageError;
    expect(text).not.toContain('\n');
    expect(text.length).toBeLessThan(200);
    expect(text).toMatch(message);
  });
}
