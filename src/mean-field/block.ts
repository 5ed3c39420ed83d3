/** A residual block f(., theta) as a particle: any differentiable branch makes a slice of depth. */
import { enableGrad, grad, ops, scope, type Tensor } from '../tensor/index.ts';
import type { Projection, Slice, StepSize } from './flow.ts';

/** f(X, theta) of one particle, with the parameters inside. */
export interface Block {
  /**
   * h f(X). A branch may apply the scalar h where it is cheapest, such as to its last weights; h left out
   * means 1 and costs nothing.
   */
  velocity(state: Tensor, h?: Tensor): Tensor;
  /** P(X + h f(X)) at once, for branches that do this faster than in parts; h as for {@link velocity}. */
  advance?(state: Tensor, h: Tensor | undefined, projection: Projection): Tensor;
  /**
   * True if the flow may overwrite the velocity, which saves a state's memory: it is a new tensor at each
   * call, and no derivative needs its value (as after a convolution or batch norm, not after tanh).
   */
  readonly overwritable?: boolean;
}

/** The slice in which one block acts alone. */
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
