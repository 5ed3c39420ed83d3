/** Adam (Kingma and Ba 2015, arXiv:1412.6980) with weight decay added to the gradient, as in PyTorch. */
import { checkNumber } from '../check.ts';
import { ops, type Tensor } from '../tensor/index.ts';
import {
  gradientsOf,
  type Optimizer,
  packGroups,
  type PackedGroup,
  type ParameterGroup,
  slots,
  update,
} from './optimizer.ts';

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export class Adam implements Optimizer {
  readonly state = new Map<string, Tensor>();
  updates = 0;
  readonly #groups: readonly (PackedGroup & {
    readonly first: readonly Tensor[];
    readonly second: readonly Tensor[];
  })[];
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;

  /** @throws UsageError for a beta outside [0, 1) or an epsilon that is not positive */
  constructor(
    groups: readonly ParameterGroup[],
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
  ) {
    this.#beta1 = checkNumber('beta1', beta1, { min: 0, below: 1 });
    this.#beta2 = checkNumber('beta2', beta2, { min: 0, below: 1 });
    this.#epsilon = checkNumber('epsilon', epsilon, { above: 0 });
    this.#groups = packGroups(groups).map((group) => ({
      ...group,
      first: slots('first', group, this.state),
      second: slots('second', group, this.state),
    }));
  }

  /** m <- b1 m + (1-b1) g; v <- b2 v + (1-b2) g^2; theta <- theta - lr/(1-b1^t) m / (sqrt(v/(1-b2^t)) + eps). */
  step(gradients: ReadonlyMap<string, Tensor>, lr: number): void {
    this.updates++;
    const [correction1, correction2] = [1 - this.#beta1 ** this.updates, 1 - this.#beta2 ** this.updates];
    update(() => {
      for (const group of this.#groups) {
        const g = gradientsOf(group, gradients);
        if (group.weightDecay > 0) ops.foreachAdd_(g, group.parameters, group.weightDecay);
        ops.foreachMulScalar_(group.first, this.#beta1);
        ops.foreachAdd_(group.first, g, 1 - this.#beta1);
        ops.foreachMulScalar_(group.second, this.#beta2);
        ops.foreachAddcmul_(group.second, g, g, 1 - this.#beta2);
        const denominator = ops.foreachSqrt(group.second);
        ops.foreachDivScalar_(denominator, Math.sqrt(correction2));
        ops.foreachAddScalar_(denominator, this.#epsilon);
        ops.foreachAddcdiv_(group.parameters, group.first, denominator, (-lr * group.lrFactor) / correction1);
      }
    });
  }
}
