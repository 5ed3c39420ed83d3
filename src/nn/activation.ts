/** Activations of the network branches. */
import { ops, type Tensor } from '../tensor/index.ts';

/** relu is the nets' own; softplus is its smooth neighbour, for checks that need derivatives. */
export const activations = ['relu', 'softplus'] as const;
export type Activation = (typeof activations)[number];

/** s(input), where the caller owns `input` and does not use it again: relu overwrites it. */
export function activateInPlace(activation: Activation, input: Tensor): Tensor {
  if (activation === 'softplus') return ops.softplus(input);
  ops.relu_(input);
  return input;
}

/** s(input). */
export function activate(activation: Activation, input: Tensor): Tensor {
  return activation === 'softplus' ? ops.softplus(input) : ops.relu(input);
}
