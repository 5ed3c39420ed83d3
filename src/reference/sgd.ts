import { at } from './array.ts';

/** Options of {@link sgdStep}. */
export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
}

/** The state of the optimiser for one parameter; start with `{}`. */
export interface SgdState {
  /** The momentum buffer. */
  velocity?: Float64Array;
}

/**
 * One in-place step of stochastic gradient descent, as in PyTorch: g += weightDecay p; velocity = g on the first
 * step, momentum velocity + g later; d = g + momentum velocity with Nesterov, else velocity; p -= learningRate d.
 */
export function sgdStep(
  parameter: Float64Array,
  gradient: Float64Array,
  state: SgdState,
  options: SgdOptions,
): void {
  const { learningRate, momentum = 0, nesterov = false, weightDecay = 0 } = options;
  const g = gradient.map((value, i) => value + weightDecay * at(parameter, i));
  let direction = g;
  if (momentum !== 0) {
    const before = state.velocity;
    const velocity = before === undefined ? g.slice() : g.map((value, i) => momentum * at(before, i) + value);
    state.velocity = velocity;
    direction = nesterov ? g.map((value, i) => value + momentum * at(velocity, i)) : velocity;
  }
  parameter.forEach((value, i) => {
    parameter[i] = value - learningRate * at(direction, i);
  });
}
