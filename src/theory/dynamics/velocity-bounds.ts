/** Bounds by which the flow cannot blow up in finite time, summed along its steps. */
import type { GridMeasure, Solution } from '../../mean-field/index.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';

/** sum_l h_l sum_j w_lj abs(theta_lj)^2. */
export function gridSecondMoment({ theta, weight, steps }: GridMeasure): number {
  return scope(() => {
    const squares = ops.sumDim(ops.mul(theta, theta), [2]);
    const slices = ops.sumDim(ops.mul(squares, weight), [1]).toArray();
    return slices.reduce((sum, value, l) => sum + (steps[l] ?? 0) * value, 0);
  });
}

/** max abs(a) and max abs((w, b)) over the particles of `bottleneck`. */
export function radiiOf({ theta }: GridMeasure, d: number): { outer: number; inner: number } {
  return scope(() => {
    const longest = (part: Tensor): number => Math.sqrt(ops.max(ops.sumDim(ops.mul(part, part), [2])).item());
    return {
      outer: longest(ops.sliceDim(theta, 2, 0, d)),
      inner: longest(ops.sliceDim(theta, 2, d, 2 * d + 1)),
    };
  });
}

/**
 * sup over depth of mean abs(p), which bounds abs(da/ds) where abs(s) <= 1, and of mean abs(p) sqrt(1 + abs(X)^2), which times
 * abs(a) bounds abs(d(w, b)/ds) where abs(s') <= 1. The mean is over samples; X^l goes with p^{l+1}, as in G.
 */
export function velocityBounds({ states, costates }: Pick<Solution, 'states' | 'costates'>): {
  outer: number;
  inner: number;
} {
  return scope(() => {
    const state = ops.stack(states.slice(0, -1));
    const costate = ops.stack(costates.slice(1));
    // [L, N]
    const size = ops.sqrt(ops.sumDim(ops.mul(costate, costate), [2]));
    const reach = ops.sqrt(ops.addScalar(ops.sumDim(ops.mul(state, state), [2]), 1));
    const sup = (x: Tensor): number => ops.max(ops.meanDim(x, [1])).item();
    return { outer: sup(size), inner: sup(ops.mul(size, reach)) };
  });
}
