/** Activations of the network branches. */
import { ops, type Tensor } from '../tensor/index.ts';

/** The nets use relu; softplus is a smooth substitute, for checks that need derivatives. */
export const activations = ['relu', 'softplus'] as const;
export type Activation = (typeof activations)[number];

/** s(input). relu overwrites `input`, so the caller must own it and not use it again. */
export function activateInPlace(activation: Activation, input: Tensor): Tensor {
  if (activation === 'softplus') return ops.softplus(input);
  ops.relu_(input);
  return input;
}

export function activate(activation: Activation, input: Tensor): Tensor {
  return activation === 'softplus' ? ops.softplus(input) : ops.relu(input);
}
