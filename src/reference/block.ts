import type { DenseArray, Evaluated } from './array.ts';

/** One residual branch f of a state; `backward` of what it returns adds to the block's own gradients. */
export interface Block {
  forward(state: DenseArray): Evaluated;
}
