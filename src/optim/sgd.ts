/** Stochastic gradient descent with momentum, as in PyTorch: v <- m v + g; theta <- theta - lr v (Nesterov: g + m v). */
import { checkNumber } from '../check.ts';
import { UsageError } from '../errors.ts';
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

export interface SgdOptions {
  /** m in [0, 1); 0 keeps no velocity. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

export class Sgd implements Optimizer {
  readonly state = new Map<string, Tensor>();
  updates = 0;
  readonly #groups: readonly (PackedGroup & { readonly velocity: readonly Tensor[] })[];
  readonly #momentum: number;
  readonly #nesterov: boolean;

  /** @throws UsageError for a momentum outside [0, 1), or Nesterov without momentum */
  constructor(groups: readonly ParameterGroup[], { momentum = 0, nesterov = false }: SgdOptions = {}) {
    this.#momentum = checkNumber('momentum', momentum, { min: 0, below: 1 });
    if (nesterov && momentum === 0) throw new UsageError('Nesterov needs a momentum above 0');
    this.#nesterov = nesterov;
    this.#groups = packGroups(groups).map((group) => ({
      ...group,
      velocity: momentum > 0 ? slots('momentum', group, this.state) : [],
    }));
  }

  step(gradients: ReadonlyMap<string, Tensor>, lr: number): void {
    update(() => {
      for (const group of this.#groups) {
        const g = gradientsOf(group, gradients);
        if (group.weightDecay > 0) ops.foreachAdd_(g, group.parameters, group.weightDecay);
        ops.foreachAdd_(group.parameters, this.#direction(g, group.velocity), -lr * group.lrFactor);
      }
    });
    this.updates++;
  }

  #direction(g: readonly Tensor[], velocity: readonly Tensor[]): readonly Tensor[] {
    if (this.#momentum === 0) return g;
    ops.foreachMulScalar_(velocity, this.#momentum);
    ops.foreachAdd_(velocity, g);
    if (!this.#nesterov) return velocity;
    ops.foreachAdd_(g, velocity, this.#momentum);
    return g;
  }
}
