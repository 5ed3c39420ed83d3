/** A residual block f(., theta) as a particle. Any differentiable branch becomes one slice of depth. */
import { enableGrad, grad, ops, scope, type Tensor } from '../tensor/index.ts';
import type { Projection, Slice, StepSize } from './flow.ts';

/** f(X, theta) for one particle. The block holds its own parameters. */
export interface Block {
  /**
   * h f(X). A branch may apply the scalar h where that is cheapest, for example to its last weights. Default: h =
   * 1, which costs nothing.
   */
  velocity(state: Tensor, h?: Tensor): Tensor;
  /** P(X + h f(X)), for branches with a faster fused implementation; h as for {@link velocity}. */
  advance?(state: Tensor, h: Tensor | undefined, projection: Projection): Tensor;
  /**
   * True if the flow may overwrite the velocity, which saves the memory of one state. The velocity must be a new
   * tensor on each call, and no derivative may need its value (true after a convolution or batch norm, false after
   * tanh).
   */
  readonly overwritable?: boolean;
}

/** A slice that contains a single block. */
export function sliceOf(block: Block): Slice {
  const step = (state: Tensor, h: StepSize): Tensor =>
    scope(() => {
      if (typeof h === 'number' && h !== 1) return ops.add(state, block.velocity(state), h);
      const velocity = typeof h === 'number' ? block.velocity(state) : block.velocity(state, h);
      if (!block.overwritable) return ops.add(state, velocity);
      ops.add_(velocity, state);
      return velocity;
    });
  return {
    step,
    advance: (state, h, projection) =>
      block.advance && (typeof h !== 'number' || h === 1)
        ? block.advance(state, typeof h === 'number' ? undefined : h, projection)
        : projection.apply(step(state, h)),
    adjoint: (state, costate, h) =>
      scope(() =>
        enableGrad(() => {
          const leaf = ops.detach(state).setRequiresGrad();
          return grad(step(leaf, h), [leaf], { cotangents: [costate] });
        }),
      )[0]!,
  };
}
