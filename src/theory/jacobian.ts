/** Jacobians of the velocity with respect to the state, for bounds. */
import { checkObject } from '../check.ts';
import type { Family, Particles } from '../mean-field/index.ts';
import { checkTensor } from '../tensor/check-tensor.ts';
import { ops, scope, type Tensor, zeros } from '../tensor/index.ts';

/**
 * grad_x F(X) of each sample, [N, d, d]; row i is the gradient of component i.
 *
 * @throws UsageError for arguments of the wrong kind or shapes that do not match
 */
export function jacobians(family: Family, state: Tensor, particles: Particles): Tensor {
  checkObject("a family, such as bottleneck('tanh')", 'family', family, 'pullback');
  checkTensor('state', state, '[N, d]');
  checkObject('particles { theta, weight }', 'particles', particles, 'theta', 'weight');
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

/** The spectral norm of each Jacobian, [N]. @throws UsageError unless the argument is a tensor */
export function spectralNorms(jacobian: Tensor): Tensor {
  checkTensor('jacobian', jacobian, '[N, d, d]');
  return scope(() => ops.amax(ops.svdvals(jacobian), [1]));
}
