/** A residual block f(., theta) as a particle: any differentiable branch makes a slice of depth. */
import { enableGrad, grad, ops, scope, type Tensor } from '../tensor/index.ts';
import type { Slice, StepSize } from './flow.ts';

/** f(X, theta) of one particle, with the parameters inside. */
export interface Block {
  /**
   * h f(X). A branch may apply the scalar h where it is cheapest, such as to its last weights; h left out
   * means 1 and costs nothing.
   */
  velocity(state: Tensor, h?: Tensor): Tensor;
}

/** The slice in which one block acts alone. */
export function sliceOf(block: Block): Slice {
  const step = (state: Tensor, h: StepSize): Tensor => {
    if (typeof h !== 'number') return addTo(block.velocity(state, h), state);
    return h === 1
      ? addTo(block.velocity(state), state)
      : scope(() => ops.add(state, block.velocity(state), h));
  };
  return {
    step,
    adjoint: (state, costate, h) =>
      scope(() =>
        enableGrad(() => {
          const leaf = ops.detach(state).setRequiresGrad();
          return grad(step(leaf, h), [leaf], { cotangents: [costate] });
        }),
      )[0]!,
  };
}

/** velocity + state in the velocity's own memory: no later derivative needs the velocity. */
function addTo(velocity: Tensor, state: Tensor): Tensor {
  ops.add_(velocity, state);
  return velocity;
}
