/** The fixed first block of a stage that changes resolution or width. */
import type { Block, Projection } from '../mean-field/index.ts';
import type { Mode } from '../nn/index.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';
import type { Shortcut } from './shortcut.ts';

/** P(shortcut(X) + f(X)). */
export function transition(
  state: Tensor,
  branch: Pick<Block, 'velocity'>,
  shortcut: Pick<Shortcut, 'apply'>,
  projection: Projection,
  mode: Mode,
): Tensor {
  return scope(() => {
    // Compute the shortcut first, so that autograd reaches it last: libtorch makes its gradient NCHW, and it is then
    // added to one in the convolution's layout.
    const past = shortcut.apply(state, mode);
    const velocity = branch.velocity(state);
    ops.add_(velocity, past);
    return projection.apply(velocity);
  });
}
