/** Losses of a prediction, [N, C], and their derivatives with respect to it. */
import { checkInteger } from '../check.ts';
import { UsageError } from '../errors.ts';
import { checkTensor } from '../tensor/check-tensor.ts';
import { type DType, ops, scope, type Tensor } from '../tensor/index.ts';

/** A loss per sample, averaged over samples, and its derivative. Both functions must be synchronous. */
export interface Loss {
  readonly name: string;
  /** The mean over samples, a scalar tensor, recorded by autograd. */
  value(prediction: Tensor, targets: Tensor): Tensor;
  /** The derivative of each sample's loss with respect to its prediction, [N, C], without the 1/N of the mean. */
  residual(prediction: Tensor, targets: Tensor): Tensor;
}

/** Whether targets are integer class labels. */
export const areLabels = ({ dtype }: Tensor): boolean => dtype === 'i64' || dtype === 'u8';

/**
 * One-hot rows of integer class labels.
 *
 * @param labels - [N] of i64 or u8, 0 .. classes - 1
 * @returns [N, classes]
 * @throws UsageError for labels of another type, rank or range
 */
export function oneHot(labels: Tensor, classes: number, dtype: DType = 'f32'): Tensor {
  checkInteger('classes', classes, { min: 1 });
  checkLabels('labels', labels, classes);
  return rowsOf(labels, classes, dtype);
}

const rowsOf = (labels: Tensor, classes: number, dtype: DType): Tensor =>
  scope(() => {
    const column = ops.unsqueeze(ops.toDtype(labels, 'i64'), 1);
    return ops.toDtype(ops.eq(column, ops.arange(classes, 'i64', undefined, labels.device)), dtype);
  });

/** @throws UsageError unless labels are [N] of i64 or u8, 0 .. classes - 1 */
export function checkLabels(name: string, labels: Tensor, classes: number): void {
  if (!areLabels(labels)) throw new UsageError(`${name}: expected labels of i64 or u8, got ${labels.dtype}`);
  if (labels.rank !== 1 || labels.size === 0)
    throw new UsageError(`${name}: expected labels [N], got shape [${labels.shape.join(', ')}]`);
  const [low, high] = scope(() => [ops.min(labels).item(), ops.max(labels).item()]);
  if (low < 0 || high >= classes)
    throw new UsageError(
      `${name}: expected labels from 0 to ${classes - 1} for predictions with ${classes} outputs, got ${low < 0 ? low : high}`,
    );
}

const squared: Loss = {
  name: 'squared',
  value: (prediction, targets) =>
    scope(() => {
      const r = ops.sub(prediction, targets);
      return ops.divScalar(ops.sum(ops.mul(r, r)), 2 * (r.shape[0] ?? 1));
    }),
  residual: (prediction, targets) => ops.sub(prediction, targets),
};

const crossEntropy: Loss = {
  name: 'cross-entropy',
  value: (prediction, targets) =>
    scope(() => {
      const logits = ops.logSoftmax(prediction, 1);
      return ops.divScalar(
        ops.sum(ops.mul(logits, probabilities(prediction, targets))),
        -(prediction.shape[0] ?? 1),
      );
    }),
  residual: (prediction, targets) =>
    scope(() => {
      const y = probabilities(prediction, targets);
      const total = ops.sumDim(y, [1], true);
      return ops.sub(ops.mul(ops.exp(ops.logSoftmax(prediction, 1)), total), y);
    }),
};

const probabilities = (prediction: Tensor, targets: Tensor): Tensor =>
  areLabels(targets) ? rowsOf(targets, prediction.shape[1] ?? 0, prediction.dtype) : targets;

const none: Loss = {
  name: 'none',
  value: (prediction) => scope(() => ops.mulScalar(ops.sum(prediction), 0)),
  residual: (prediction) => ops.zeros(prediction.shape, prediction.dtype, undefined, prediction.device),
};

/** 1/2 |prediction - y|^2, the loss of the talk. */
export const squaredLoss = checkedLoss(squared);
/** - sum_c y_c log softmax(prediction)_c, where y holds class probabilities, [N, C], or labels, [N] of i64 or u8. */
export const crossEntropyLoss = checkedLoss(crossEntropy);
/** Zero for every prediction: for problems with losses at inner depths only. */
export const noLoss = checkedLoss(none);

/** The built-in losses without checks: they do not modify their arguments, and problems check their targets. */
export const builtInLosses: ReadonlyMap<Loss, Loss> = new Map([
  [squaredLoss, squared],
  [crossEntropyLoss, crossEntropy],
  [noLoss, none],
]);

/** @throws UsageError, from both functions, for targets that do not match the prediction */
function checkedLoss(loss: Loss): Loss {
  const { name } = loss;
  const checked =
    (part: 'value' | 'residual'): Loss['value'] =>
    (prediction, targets) => {
      checkTensor('the prediction', prediction, '[N, C]');
      checkTensor('the targets', targets);
      if (name === 'cross-entropy' && areLabels(targets))
        checkLabels('the targets', targets, prediction.shape[1] ?? 0);
      const like = areLabels(targets) && name !== 'squared' ? prediction.shape.slice(0, 1) : prediction.shape;
      // libtorch would broadcast one to the shape of the other.
      if (prediction.rank !== 2 || targets.shape.join() !== like.join())
        throw new UsageError(
          `predictions are [N, C], and targets have their shape or are labels [N]: got [${prediction.shape.join(', ')}] and [${targets.shape.join(', ')}]`,
        );
      return loss[part](prediction, targets);
    };
  return { name, value: checked('value'), residual: checked('residual') };
}
