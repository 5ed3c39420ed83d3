/** The data, the two fixed linear maps around the flow, and the losses. */
import { checkNumber, checkOptions, nearest, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { type DType, ops, scope, Tensor } from '../tensor/index.ts';
import { checkFinite } from './finite.ts';
import { areLabels, checkLabels, type Loss, builtInLosses, squaredLoss } from './losses.ts';
import { breakAt, breaksOf, type Measure } from './measures/measure.ts';
import { checkReturned, copyFor } from './user-function.ts';

/** The input of a flow: data and the two maps, without targets. X(x, 0) = W2 x, and the prediction is W1 X(x, 1). */
export interface FlowInput {
  /** x, [N, D]. */
  readonly inputs: Tensor;
  /** W2, [d, D]. Default: the identity. */
  readonly embedding?: Tensor | undefined;
  /** W1, [C, d]. Default: the identity. */
  readonly readout?: Tensor | undefined;
}

/** E = mean over samples of loss(W1 X(x, 1), y) + sum of the losses at inner depths. */
export interface Problem extends FlowInput {
  /** y, [N, C], with the dtype of the inputs; classification losses also take labels, [N] of i64 or u8. */
  readonly targets: Tensor;
  /** Default: {@link squaredLoss}, as in the talk. */
  readonly loss?: Loss | undefined;
  /** Losses at depths before the end, added to E. */
  readonly innerLosses?: readonly InnerLoss[] | undefined;
}

/** weight * mean over samples of loss(W X(x, depth), y). */
export interface InnerLoss {
  /** The depth t, which must be a break of the measure. */
  readonly depth: number;
  /** y, as for {@link Problem}. */
  readonly targets: Tensor;
  /** W, [C', d]. Default: the problem's. */
  readonly readout?: Tensor | undefined;
  /** Default: {@link squaredLoss}. */
  readonly loss?: Loss | undefined;
  /** Default: 1. */
  readonly weight?: number | undefined;
}

/** x W^T, or x without a weight. */
const mapped = (x: Tensor, weight: Tensor | undefined): Tensor =>
  weight ? ops.mm(x, ops.transpose(weight, 0, 1)) : x;

/** N, the number of samples. */
export const sampleCount = ({ inputs }: Pick<FlowInput, 'inputs'>): number => inputs.shape[0] ?? 0;

/** X(x, 0) = W2 x, [N, d]. */
export function initialState({ inputs, embedding }: FlowInput): Tensor {
  return mapped(inputs, embedding);
}

/** W1 X, [N, C]. */
export function predictionOf({ readout }: Pick<FlowInput, 'readout'>, state: Tensor): Tensor {
  return mapped(state, readout);
}

/** A loss with its targets and readout: the problem's at depth 1, or one at an inner depth. */
type LossPart = Pick<Problem, 'readout' | 'targets' | 'loss'>;

/** The loss as a scalar tensor, from the state at its depth. */
export function lossOf({ readout, targets, loss = squaredLoss }: LossPart, state: Tensor): Tensor {
  return scope(() => {
    const prediction = predictionOf({ readout }, state);
    const builtIn = builtInLosses.get(loss);
    if (builtIn) return builtIn.value(prediction, targets);
    return checkReturned(`value of loss ${loss.name}`, loss.value(copyFor(prediction), copyFor(targets)), {
      shape: [],
      dtype: prediction.dtype,
      device: prediction.device,
    });
  });
}

/**
 * The derivative of each sample's loss with respect to its prediction, [N, C]: W1 X(x, 1) - y for the squared
 * loss.
 */
export function residualOf({ readout, targets, loss = squaredLoss }: LossPart, state: Tensor): Tensor {
  return scope(() => {
    const prediction = predictionOf({ readout }, state);
    const builtIn = builtInLosses.get(loss);
    if (builtIn) return builtIn.residual(prediction, targets);
    const { shape, dtype, device } = prediction;
    return checkReturned(
      `residual of loss ${loss.name}`,
      loss.residual(copyFor(prediction), copyFor(targets)),
      { shape, dtype, device },
    );
  });
}

/** p(x, 1) = W1^T residual, [N, d], per sample (without the 1/N of the mean). */
export function finalCostate(problem: LossPart, state: Tensor): Tensor {
  return scope(() => {
    const residual = residualOf(problem, state);
    return problem.readout ? ops.mm(residual, problem.readout) : residual;
  });
}

/** An inner loss of a problem, located on the steps of a measure. */
export interface InnerPart extends LossPart {
  /** Index l of the state X^l at which the loss is evaluated. */
  readonly l: number;
  readonly weight: number;
}

/** @throws UsageError for a depth that is not a break of the measure */
export function innerParts({ innerLosses, readout }: Problem, measure: Measure): InnerPart[] {
  if (!innerLosses?.length) return [];
  const breaks = breaksOf(measure);
  return innerLosses.map((one, i) => ({
    targets: one.targets,
    loss: one.loss,
    readout: one.readout ?? readout,
    l: breakAt(breaks, one.depth, `inner loss ${i}`),
    weight: one.weight ?? 1,
  }));
}

/** The problem restricted to the samples in `index`. */
export function samplesOf(problem: Problem, index: Tensor): Problem {
  const rows = (x: Tensor): Tensor => ops.indexSelect(x, 0, index);
  return {
    ...problem,
    inputs: rows(problem.inputs),
    targets: rows(problem.targets),
    innerLosses: problem.innerLosses?.map((one) => ({ ...one, targets: rows(one.targets) })),
  };
}

/** @throws UsageError unless all shapes match and all numbers are finite */
export function checkProblem(problem: Problem): void {
  checkNames(problem);
  const { inputs, readout, innerLosses = [] } = problem;
  const d = checkFlowInput(problem);
  const part = { samples: inputs.shape[0] ?? 0, dtype: inputs.dtype, d };
  checkTargets('targets', problem, part);
  const losses: unknown = innerLosses;
  if (!Array.isArray(losses)) throw unexpected('a list of losses', 'innerLosses', losses);
  innerLosses.forEach((one, i) => {
    const name = `inner loss ${i}`;
    checkOptions(name, one, innerKeys);
    checkNumber(`the depth of ${name}`, one.depth, { min: 0 });
    checkNumber(`the weight of ${name}`, one.weight ?? 1);
    if (one.readout) checkReadout(`the readout of ${name}`, one.readout, d, inputs.dtype);
    checkTargets(`the targets of ${name}`, { ...one, readout: one.readout ?? readout }, part);
  });
}

const innerKeys = { depth: true, targets: true, readout: true, loss: true, weight: true } as const;

const problemNames = ['inputs', 'embedding', 'readout', 'targets', 'loss', 'innerLosses'];

/** Allows extra keys, but rejects those that look like a misspelt key. */
function checkNames(problem: unknown): void {
  if (typeof problem !== 'object' || problem === null)
    throw unexpected('an object { inputs, .. }', 'a problem', problem);
  for (const name of Object.keys(problem)) {
    const near = problemNames.includes(name) ? undefined : nearest(name, problemNames);
    if (near !== undefined && !(near in problem))
      throw new UsageError(`unknown part ${name} of a problem: did you mean ${near}?`);
  }
}

/**
 * Checks inputs and maps, and returns d.
 *
 * @throws UsageError unless the shapes of inputs and maps match and all numbers are finite
 */
export function checkFlowInput(input: FlowInput): number {
  checkNames(input);
  const { inputs, embedding, readout } = input;
  checkMatrix('inputs', inputs, checkTensor('inputs', inputs).dtype);
  const [, features = 0] = inputs.shape;
  if (embedding) checkMatrix('embedding', embedding, inputs.dtype);
  if (embedding && embedding.shape[1] !== features)
    throw new UsageError(
      `embedding [${embedding.shape.join(', ')}] cannot take inputs with ${features} features: expected [d, ${features}]`,
    );
  const d = embedding ? (embedding.shape[0] ?? 0) : features;
  if (readout) checkReadout('readout', readout, d, inputs.dtype);
  return d;
}

function checkReadout(name: string, readout: Tensor, d: number, dtype: DType): void {
  checkMatrix(name, readout, dtype);
  if (readout.shape[1] !== d)
    throw new UsageError(
      `${name} [${readout.shape.join(', ')}] cannot take states with ${d} features: expected [C, ${d}]`,
    );
}

function checkMatrix(name: string, given: Tensor, dtype: DType): void {
  const x = checkTensor(name, given);
  if (x.rank !== 2) throw new UsageError(`${name}: expected a matrix, got shape [${x.shape.join(', ')}]`);
  if (x.size === 0) throw new UsageError(`${name} is empty (shape [${x.shape.join(', ')}])`);
  if (x.dtype !== dtype)
    throw new UsageError(`inputs and ${name} must have the same dtype, got ${dtype} and ${x.dtype}`);
  checkFinite(name, x);
}

function checkTargets(
  name: string,
  { targets, readout, loss = squaredLoss }: LossPart,
  { samples, dtype, d }: { samples: number; dtype: DType; d: number },
): void {
  checkLoss(name, loss);
  const outputs = readout ? (readout.shape[0] ?? 0) : d;
  const given = checkTensor(name, targets);
  if (areLabels(given)) {
    if (loss === squaredLoss)
      throw new UsageError(
        `${name} are labels (${given.dtype}), which the squared loss does not support: use crossEntropyLoss or oneHot(labels, ${outputs}, '${dtype}')`,
      );
    checkLabels(name, given, outputs);
  } else checkMatrix(name, given, dtype);
  if (given.shape[0] !== samples)
    throw new UsageError(`inputs have ${samples} samples, but ${name} have ${given.shape[0]}`);
  if (!areLabels(given) && given.shape[1] !== outputs)
    throw new UsageError(`predictions have ${outputs} outputs, but ${name} have ${given.shape[1]}`);
}

function checkLoss(name: string, loss: Partial<Loss> | undefined): void {
  if (typeof loss?.value !== 'function' || typeof loss.residual !== 'function')
    throw unexpected('a loss with value and residual, such as squaredLoss', `the loss of ${name}`, loss);
}

function checkTensor(name: string, x: unknown): Tensor {
  if (!(x instanceof Tensor)) throw unexpected('a tensor', name, x);
  return x;
}
