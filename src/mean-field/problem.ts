/** The data, the two fixed linear maps around the flow, and the loss. */
import { UsageError } from '../errors.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';
import { type Loss, squaredLoss } from './losses.ts';

/** E = mean over samples of loss(W1 X(x, 1), y), where X(x, 0) = W2 x. */
export interface Problem {
  /** x, [N, D] */
  readonly inputs: Tensor;
  /** y, [N, C] */
  readonly targets: Tensor;
  /** W2, [d, D]; left out, it is the identity. */
  readonly embedding?: Tensor | undefined;
  /** W1, [C, d]; left out, it is the identity. */
  readonly readout?: Tensor | undefined;
  /** Default: half the squared distance, as in the talk. */
  readonly loss?: Loss | undefined;
}

/** x W^T, or x itself. */
const mapped = (x: Tensor, weight: Tensor | undefined): Tensor =>
  weight ? ops.mm(x, ops.transpose(weight, 0, 1)) : x;

/** N. */
export const sampleCount = ({ inputs }: Problem): number => inputs.shape[0] ?? 0;

/** X(x, 0) = W2 x, [N, d]. */
export function initialState({ inputs, embedding }: Problem): Tensor {
  return mapped(inputs, embedding);
}

/** W1 X, [N, C]. */
export function predictionOf({ readout }: Problem, state: Tensor): Tensor {
  return mapped(state, readout);
}

/** E as a scalar tensor, from the state at depth 1. */
export function lossOf(problem: Problem, state: Tensor): Tensor {
  return scope(() => (problem.loss ?? squaredLoss).value(predictionOf(problem, state), problem.targets));
}

/** The derivative of each sample's loss in its prediction, [N, C]: W1 X(x, 1) - y for the squared loss. */
export function residualOf(problem: Problem, state: Tensor): Tensor {
  return scope(() => (problem.loss ?? squaredLoss).residual(predictionOf(problem, state), problem.targets));
}

/** p(x, 1) = W1^T residual, [N, d], one a sample, without the 1/N of the mean. */
export function finalCostate(problem: Problem, state: Tensor): Tensor {
  return scope(() => {
    const residual = residualOf(problem, state);
    return problem.readout ? ops.mm(residual, problem.readout) : residual;
  });
}

/** @throws UsageError unless all shapes fit each other and all numbers are finite. */
export function checkProblem(problem: Problem): void {
  const { inputs, targets, embedding, readout } = problem;
  for (const [name, x] of Object.entries({ inputs, targets, embedding, readout })) {
    if (!x) continue;
    if (x.rank !== 2) throw new UsageError(`${name}: expected a matrix, got shape [${x.shape.join(', ')}]`);
    if (x.size === 0) throw new UsageError(`${name} is empty (shape [${x.shape.join(', ')}])`);
    if (x.dtype !== inputs.dtype)
      throw new UsageError(`a problem has one type of numbers: inputs ${inputs.dtype}, ${name} ${x.dtype}`);
    if (!allFinite(x)) throw new UsageError(`${name} holds NaN or an infinite number`);
  }
  const [samples, features = 0] = inputs.shape;
  if (targets.shape[0] !== samples)
    throw new UsageError(`inputs have ${samples} samples, targets ${targets.shape[0]}`);
  if (embedding && embedding.shape[1] !== features)
    throw new UsageError(
      `embedding [${embedding.shape.join(', ')}] cannot take inputs with ${features} features: expected [d, ${features}]`,
    );
  const d = embedding ? (embedding.shape[0] ?? 0) : features;
  if (readout && readout.shape[1] !== d)
    throw new UsageError(
      `readout [${readout.shape.join(', ')}] cannot take states with ${d} features: expected [C, ${d}]`,
    );
  const outputs = readout ? readout.shape[0] : d;
  if (targets.shape[1] !== outputs)
    throw new UsageError(`predictions have ${outputs} outputs, targets ${targets.shape[1]}`);
}

/** Whether no entry is NaN or infinite. */
export function allFinite(x: Tensor): boolean {
  return scope(() => Number.isFinite(ops.sum(ops.mulScalar(x, 0)).item()));
}
