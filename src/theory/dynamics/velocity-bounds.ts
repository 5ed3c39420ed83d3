/** Bounds that prevent the flow from blowing up in finite time, summed along its steps. */
import type { GridMeasure, Solution } from '../../mean-field/index.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';

/** sum_l h_l sum_j w_lj |theta_lj|^2. */
export function gridSecondMoment({ theta, weight, steps }: GridMeasure): number {
  return scope(() => {
    const squares = ops.sumDim(ops.mul(theta, theta), [2]);
    const slices = ops.sumDim(ops.mul(squares, weight), [1]).toArray();
    return slices.reduce((sum, value, l) => sum + (steps[l] ?? 0) * value, 0);
  });
}

/** max |a| and max |(w, b)| over the particles of `bottleneck`. */
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
 * The suprema over depth of mean |p|, which bounds |da/ds| if |s| <= 1, and of mean |p| sqrt(1 + |X|^2), which
 * times |a| bounds |d(w, b)/ds| if |s'| <= 1. Means are over samples; X^l is paired with p^{l+1}, as in G.
 */
export function velocityBounds({ states, costates }: Pick<Solution, 'states' | 'costates'>): {
  outer: number;
  inner: number;
} {
  return scope(() => {
    const state = ops.stack(states.slice(0, -1));
    const costate = ops.stack(costates.slice(1));
    // [L, N].
    const size = ops.sqrt(ops.sumDim(ops.mul(costate, costate), [2]));
    const reach = ops.sqrt(ops.addScalar(ops.sumDim(ops.mul(state, state), [2]), 1));
    const sup = (x: Tensor): number => ops.max(ops.meanDim(x, [1])).item();
    return { outer: sup(size), inner: sup(ops.mul(size, reach)) };
  });
}
