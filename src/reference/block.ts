import type { DenseArray, Evaluated } from './array.ts';

/** A residual branch f of a state. `backward` of its result adds to the block's own gradients. */
export interface Block {
  forward(state: DenseArray): Evaluated;
}
