import { at } from './array.ts';

/** Options of {@link adamStep}. */
export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** L2 penalty added to the gradient (not decoupled). */
  readonly weightDecay?: number;
}

/** The state of the optimiser for one parameter; create it with {@link adamState}. */
export interface AdamState {
  steps: number;
  first: Float64Array;
  second: Float64Array;
}

/** The initial state for a parameter of `length` numbers. */
export function adamState(length: number): AdamState {
  return { steps: 0, first: new Float64Array(length), second: new Float64Array(length) };
}

/**
 * One in-place step of Adam (Kingma and Ba 2015), with epsilon placed as in PyTorch: g += weightDecay p; m = beta1
 * m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= learningRate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 -
 * beta2^t) + epsilon).
 */
export function adamStep(
  parameter: Float64Array,
  gradient: Float64Array,
  state: AdamState,
  options: AdamOptions,
): void {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const g = gradient.map((value, i) => value + weightDecay * at(parameter, i));
  state.steps += 1;
  state.first = state.first.map((m, i) => beta1 * m + (1 - beta1) * at(g, i));
  state.second = state.second.map((v, i) => beta2 * v + (1 - beta2) * at(g, i) ** 2);
  const rate = learningRate / (1 - beta1 ** state.steps);
  const root = Math.sqrt(1 - beta2 ** state.steps);
  parameter.forEach((value, i) => {
    parameter[i] = value - (rate * at(state.first, i)) / (Math.sqrt(at(state.second, i)) / root + epsilon);
  });
}
