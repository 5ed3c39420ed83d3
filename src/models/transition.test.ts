import { expect, it } from 'vitest';
import { identity, projectPositive } from '../mean-field/index.ts';
import { Generator, ops } from '../tensor/index.ts';
import { subsampleAndPad } from './shortcut.ts';
import { transition } from './transition.ts';

it('a transition is the projected sum of shortcut and branch', () => {
  const state = new Generator(2).normal([2, 2, 4, 4], 'f64');
  const velocity = new Generator(3).normal([2, 4, 2, 2], 'f64');
  const branch = { velocity: () => ops.clone(velocity) };
  const shortcut = { apply: () => subsampleAndPad(state, 4) };
  const mode = { training: true };
  const sum = ops.add(velocity, shortcut.apply());
  expect(transition(state, branch, shortcut, identity, mode).toArray()).toEqual(sum.toArray());
  expect(transition(state, branch, shortcut, projectPositive, mode).toArray()).toEqual(
    ops.relu(sum).toArray(),
  );
});
