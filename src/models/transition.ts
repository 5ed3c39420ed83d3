/** The fixed first block of a stage that changes resolution or width. */
import type { Block, Projection } from '../mean-field/index.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';
import type { Shortcut } from './shortcut.ts';

/** P(shortcut(X) + f(X)). */
export function transition(
  state: Tensor,
  branch: Pick<Block, 'velocity'>,
  shortcut: Pick<Shortcut, 'apply'>,
  projection: Projection,
): Tensor {
  return scope(() => {
    // The shortcut comes first, so that autograd reaches it last: its gradient, which libtorch makes NCHW,
    // is then added to one that has the convolution's layout.
    const past = shortcut.apply(state);
    const velocity = branch.velocity(state);
    ops.add_(velocity, past);
    return projection.apply(velocity);
  });
}
