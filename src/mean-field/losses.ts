/** Losses of a prediction, [N, C], and their derivatives in it. */
import { ops, scope, type Tensor } from '../tensor/index.ts';

export interface Loss {
  readonly name: string;
  /** The mean over samples, a scalar tensor, recorded by autograd. */
  value(prediction: Tensor, targets: Tensor): Tensor;
  /** The derivative of each sample's loss in its prediction, [N, C], without the 1/N of the mean. */
  residual(prediction: Tensor, targets: Tensor): Tensor;
}

/** 1/2 abs(prediction - y)^2. */
export const squaredLoss: Loss = {
  name: 'squared',
  value: (prediction, targets) =>
    scope(() => {
      const r = ops.sub(prediction, targets);
      return ops.divScalar(ops.sum(ops.mul(r, r)), 2 * (r.shape[0] ?? 1));
    }),
  residual: (prediction, targets) => ops.sub(prediction, targets),
};

/** - sum_c y_c log softmax(prediction)_c, where y is a probability over classes (one-hot for labels). */
export const crossEntropyLoss: Loss = {
  name: 'cross-entropy',
  value: (prediction, targets) =>
    scope(() => {
      const logits = ops.logSoftmax(prediction, 1);
      return ops.divScalar(ops.sum(ops.mul(logits, targets)), -(prediction.shape[0] ?? 1));
    }),
  residual: (prediction, targets) =>
    scope(() => {
      const total = ops.sumDim(targets, [1], true);
      return ops.sub(ops.mul(ops.exp(ops.logSoftmax(prediction, 1)), total), targets);
    }),
};
