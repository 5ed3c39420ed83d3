/** The fixed first block of a stage that changes resolution and width. */
import type { Projection } from '../mean-field/index.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';
import type { Branch } from './basic-block.ts';

/**
 * Option A of He et al. 2015: every second pixel, new channels zero, half of them on each side. No weights.
 *
 * @param state - [B, C, H, W]
 * @returns [B, outChannels, ceil(H/2), ceil(W/2)]
 */
export function subsampleAndPad(state: Tensor, outChannels: number): Tensor {
  return scope(() => {
    const [, inChannels = 0] = state.shape;
    const rows = ops.sliceDim(state, 2, null, null, 2);
    const half = ops.sliceDim(rows, 3, null, null, 2);
    const before = Math.floor((outChannels - inChannels) / 2);
    return ops.constantPadNd(half, [0, 0, 0, 0, before, outChannels - inChannels - before]);
  });
}

/** P(shortcut(X) + f(X)). */
export function transition(
  state: Tensor,
  branch: Branch,
  outChannels: number,
  projection: Projection,
): Tensor {
  return scope(() => {
    // The shortcut comes first, so that autograd reaches it last: its gradient, which libtorch makes NCHW,
    // is then added to one that has the convolution's layout.
    const shortcut = subsampleAndPad(state, outChannels);
    const velocity = branch.velocity(state);
    ops.add_(velocity, shortcut);
    return projection.apply(velocity);
  });
}
