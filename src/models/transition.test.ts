import { expect, it } from 'vitest';
import { identity, projectPositive } from '../mean-field/index.ts';
import { denseArray, shortcutA } from '../reference/index.ts';
import { Generator, grad, ops, type Tensor } from '../tensor/index.ts';
import { subsampleAndPad, transition } from './transition.ts';

const dense = (one: Tensor) => denseArray(one.shape, one.toArray());

it.each([
  [2, 5, 6, 6],
  [3, 6, 7, 5],
  [1, 4, 1, 2],
])('from %d to %d channels on %d x %d pixels the shortcut is the reference', (from, to, height, width) => {
  const generator = new Generator(1);
  const state = generator.normal([2, from, height, width], 'f64').setRequiresGrad();
  const shortcut = subsampleAndPad(state, to);
  const expected = shortcutA(dense(state), to);
  expect(shortcut.shape).toEqual(expected.value.shape);
  expect(shortcut.toArray()).toEqual([...expected.value.data]);
  const costate = generator.normal(shortcut.shape, 'f64');
  const [back] = grad(shortcut, [state], { cotangents: [costate] });
  expect(back!.toArray()).toEqual([...expected.backward(dense(costate)).data]);
});

it('a transition is the projected sum of shortcut and branch', () => {
  const state = new Generator(2).normal([2, 2, 4, 4], 'f64');
  const velocity = new Generator(3).normal([2, 4, 2, 2], 'f64');
  const branch = { velocity: () => ops.clone(velocity), parameters: new Map(), buffers: new Map() };
  const sum = ops.add(velocity, subsampleAndPad(state, 4));
  expect(transition(state, branch, 4, identity).toArray()).toEqual(sum.toArray());
  expect(transition(state, branch, 4, projectPositive).toArray()).toEqual(ops.relu(sum).toArray());
});
