import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { ops, tensor, type Tensor } from '../tensor/index.ts';
import { type Block, sliceOf } from './block.ts';
import { adjointFlow, flow, projectPositive, trajectory } from './flow.ts';

const vector = (values: readonly number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });

/** f(X) = factor X + offset */
const affine = (factor: number, offset: number): Block => ({
  velocity: (state, h) => {
    const velocity = ops.addScalar(ops.mulScalar(state, factor), offset);
    return h ? ops.mul(velocity, h) : velocity;
  },
});

it('the flow composes its Euler steps in order', () => {
  const slices = [affine(2, 1), affine(-1, 3)].map(sliceOf);
  expect(flow(slices, vector([1, -2]), [0.5, 2]).toArray()).toEqual([3.5, 9.5]);
  expect(flow([...slices].reverse(), vector([1, -2]), [2, 0.5]).toArray()).toEqual([10.5, 16.5]);
});

it('the projection acts after each step, not only at the end', () => {
  const slices = [affine(0, -3), affine(0, 1)].map(sliceOf);
  expect(flow(slices, vector([1, 5]), [1, 1], projectPositive).toArray()).toEqual([1, 3]);
});

it('a step size of 0 changes nothing, as number and as tensor', () => {
  const state = vector([0.3, 2]);
  for (const h of [0, tensor([0], [], { dtype: 'f64' })])
    expect(flow([sliceOf(affine(7, 1))], state, [h], projectPositive).toArray()).toEqual([0.3, 2]);
});

it('the trajectory keeps all states, and the initial state is unchanged', () => {
  const state = vector([1, -2]);
  const states = trajectory([affine(0, 1), affine(0, 2)].map(sliceOf), state, [1, 1], projectPositive);
  expect(states.map((one) => one.toArray())).toEqual([
    [1, -2],
    [2, 0],
    [4, 2],
  ]);
  expect(states[0]).toBe(state);
});

it('a block that returns its input does not change the previous state', () => {
  const state = vector([1, 2]);
  const same: Block = { velocity: (x) => x };
  expect(flow([sliceOf(same)], state, [1]).toArray()).toEqual([2, 4]);
  expect(state.toArray()).toEqual([1, 2]);
});

it('an overwritable velocity is reused for the new state', () => {
  const velocity = vector([5, 5]);
  const next = sliceOf({ velocity: () => velocity, overwritable: true }).step(vector([1, 2]), 1);
  expect(next).toBe(velocity);
  expect(next.toArray()).toEqual([6, 7]);
});

it('a flow needs one step size per slice, and its adjoint needs every state', () => {
  const slices = [affine(1, 0), affine(2, 0)].map(sliceOf);
  const state = vector([1]);
  for (const wrong of [() => flow(slices, state, [1]), () => trajectory(slices, state, [1, 1, 1])]) {
    expect(wrong).toThrow(UsageError);
    expect(wrong).toThrow(/one step size per slice, got 2 slices and [13] steps/);
  }
  expect(() => adjointFlow(slices, [state], [1, 1], state)).toThrow(
    'an adjoint of 2 slices needs 3 states, got 1',
  );
  expect(() => adjointFlow(slices, [state], [1], state)).toThrow(UsageError);
});

it('the costates of a linear flow are the products of its transposed steps', () => {
  const slices = [affine(2, 1), affine(-0.5, 3)].map(sliceOf);
  const states = trajectory(slices, vector([1]), [0.5, 1]);
  const costates = adjointFlow(slices, states, [0.5, 1], vector([3]));
  expect(costates.map((one) => one.toArray())).toEqual([[3], [1.5], [3]]);
});
