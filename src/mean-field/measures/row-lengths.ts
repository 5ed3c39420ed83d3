/** Lengths of particles whose squares may overflow or underflow: 1e200 in f64, 1e20 in f32. */
import { finfo, ops, scope, type Tensor } from '../../tensor/index.ts';

/** |x_j|, [count, 1], for rows [count, k]; at least the smallest normal number, so that it can be a divisor. */
export function rowLengths(x: Tensor): Tensor {
  return scope(() => {
    const largest = ops.clampMin(ops.amax(ops.abs(x), [1], true), finfo(x.dtype).tiny);
    const scaled = ops.div(x, largest);
    const length = ops.sqrt(ops.sumDim(ops.mul(scaled, scaled), [1], true));
    return ops.mul(ops.clampMin(length, 1), largest);
  });
}
