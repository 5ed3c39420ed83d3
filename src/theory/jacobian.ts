/** Jacobians of the velocity in the state, for bounds. */
import type { Family, Particles } from '../mean-field/index.ts';
import { ops, scope, type Tensor, zeros } from '../tensor/index.ts';

/** grad_x F(X) of each sample, [N, d, d], row i the gradient of component i. */
export function jacobians(family: Family, state: Tensor, particles: Particles): Tensor {
  return scope(() => {
    const [samples = 0, d = 0] = state.shape;
    const rows = Array.from({ length: d }, (_, i) => {
      const unit = zeros([samples, d], { dtype: state.dtype });
      ops.fill_(ops.select(unit, 1, i), 1);
      return family.pullback(state, particles, unit, { state: true }).state!;
    });
    return ops.stack(rows, 1);
  });
}

/** The spectral norm of each Jacobian, [N]. */
export function spectralNorms(jacobian: Tensor): Tensor {
  return scope(() => ops.amax(ops.svdvals(jacobian), [1]));
}
