/** A model with its optimiser. One training step is forward, gradients of theta and tau, update, sort. */
import { checkList, checkObject } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { Swap } from '../mean-field/index.ts';
import type { CifarResNet } from '../models/index.ts';
import { crossEntropy } from '../nn/index.ts';
import { Adam, clipGradients, type Optimizer, type ParameterGroup, Sgd } from '../optim/index.ts';
import { autocast, grad, ops, scope, type Tensor } from '../tensor/index.ts';
import type { TrainConfig } from './settings/table.ts';
import { checkNet } from './check-net.ts';

export interface Batch {
  /** [B, C, H, W], normalised. */
  readonly images: Tensor;
  /** [B] */
  readonly labels: Tensor;
}

interface Measured {
  /** Mean loss of the images, before the update. */
  readonly loss: number;
  /** Fraction of the images misclassified, before the update. */
  readonly error: number;
}

export interface StepOutcome extends Measured {
  /** Changes of order after the update, by stage. */
  readonly swaps: ReadonlyMap<string, Swap>;
}

/**
 * Weights decay; batch norm and biases decay only with `decayNorm`; depth coordinates never decay and have their own
 * learning rate.
 */
export function parameterGroups(
  model: CifarResNet,
  { weightDecay, decayNorm, tauLrFactor }: Pick<TrainConfig, 'weightDecay' | 'decayNorm' | 'tauLrFactor'>,
): ParameterGroup[] {
  const coordinates = new Set(
    [...model.stages.values()].flatMap((stage) => [...stage.schedule.parameters.values()]),
  );
  const pick = (test: (one: Tensor) => boolean): Map<string, Tensor> =>
    new Map([...model.parameters].filter(([, one]) => test(one)));
  return [
    { name: 'weights', parameters: pick((one) => one.rank > 1), weightDecay },
    {
      name: 'batch norm and biases',
      parameters: pick((one) => one.rank === 1 && !coordinates.has(one)),
      weightDecay: decayNorm ? weightDecay : 0,
    },
    { name: 'tau', parameters: pick((one) => coordinates.has(one)), lrFactor: tauLrFactor },
  ];
}

function createOptimizer(groups: readonly ParameterGroup[], config: TrainConfig): Optimizer {
  return config.opt === 'sgd' ? new Sgd(groups, config) : new Adam(groups);
}

/**
 * Trains a net: gradients of weights and positions together, the optimiser, and the reordering of blocks.
 *
 * @example
 * const learner = new Learner(model, resolveConfig({ tauLrFactor: 1 }));
 * const { loss, error, swaps } = learner.step(images, labels, 0.05);
 */
export class Learner {
  readonly model: CifarResNet;
  readonly optimizer: Optimizer;
  readonly #config: TrainConfig;
  readonly #names: readonly string[];
  readonly #parameters: readonly Tensor[];

  constructor(model: CifarResNet, config: TrainConfig) {
    checkNet(model);
    checkObject('a configuration, as resolveConfig makes it,', 'config', config, 'opt', 'weightDecay');
    this.model = model;
    this.#config = config;
    this.optimizer = createOptimizer(parameterGroups(model, config), config);
    this.#names = [...model.parameters.keys()];
    this.#parameters = [...model.parameters.values()];
  }

  /** Logits in the model's dtype; autocast computes them in bf16. @param model - default: the trained net */
  forward(images: Tensor, training: boolean, model = this.model): Tensor {
    const { amp, device } = this.#config;
    const run = (): Tensor => model.forward(images, { training });
    if (!amp) return run();
    return scope(() => ops.toDtype(autocast(device, 'bf16', run), 'f32'));
  }

  /** Loss and gradients of a batch; the caller disposes both. */
  lossAndGradients(
    images: Tensor,
    labels: Tensor,
  ): { loss: Tensor; logits: Tensor; gradients: Map<string, Tensor> } {
    return scope(() => {
      // Free the handles of the forward pass first: backward then frees each tensor after its last use.
      const { loss, logits } = scope(() => {
        const output = this.forward(images, true);
        return { loss: crossEntropy(output, labels, this.#config.smoothing), logits: ops.detach(output) };
      });
      const gradients = grad(loss, this.#parameters);
      return {
        loss: ops.detach(loss),
        logits,
        gradients: new Map(this.#names.map((name, i) => [name, gradients[i]!])),
      };
    });
  }

  /** One step of gradient descent on theta and tau together. */
  step(images: Tensor, labels: Tensor, lr: number): StepOutcome {
    return this.stepOver([() => ({ images, labels })], lr);
  }

  /**
   * One step along the mean gradient over the images of several batches. One batch is in memory at a time; batch norm
   * uses the moments of each, and updates its running statistics once per batch.
   *
   * @param batches - at least one; each is called once
   * @throws UsageError for an empty list
   */
  stepOver(batches: readonly (() => Batch)[], lr: number): StepOutcome {
    if (checkList('batches', batches).length === 0) throw new UsageError('a step needs at least one batch');
    return scope(() => {
      const { gradients, ...outcome } = meanOver(batches.map((batch) => () => this.#measure(batch())));
      if (this.#config.clipGrad !== undefined) clipGradients([...gradients.values()], this.#config.clipGrad);
      this.optimizer.step(gradients, lr);
      return { ...outcome, swaps: this.projectAndSort() };
    });
  }

  #measure({ images, labels }: Batch): Gradients {
    const { loss, logits, gradients } = this.lossAndGradients(images, labels);
    return { loss: loss.item(), error: errorRate(logits, labels), images: labels.size, gradients };
  }

  /** Re-sorts the blocks after a change of the depth coordinates; returns the stages whose order changed. */
  projectAndSort(): Map<string, Swap> {
    const swaps = new Map<string, Swap>();
    for (const [name, stage] of this.model.stages) {
      const swap = stage.schedule.projectAndSort();
      if (swap) swaps.set(name, swap);
    }
    return swaps;
  }

  /** Whether every weight is finite. */
  isFinite(): boolean {
    return scope(() =>
      ops
        .isfinite(ops.stack(ops.foreachNorm(this.#parameters).map((norm) => ops.toDtype(norm, 'f64'))))
        .toArray()
        .every(Boolean),
    );
  }
}

interface Gradients extends Measured {
  /** Number of images. */
  readonly images: number;
  readonly gradients: ReadonlyMap<string, Tensor>;
}

/** The means over all images of batches that are measured one after another. */
function meanOver(batches: readonly (() => Gradients)[]): Omit<Gradients, 'images'> {
  const [first, ...others] = batches;
  const sum = scope(first!);
  if (others.length === 0) return sum;
  const total = [...sum.gradients.values()];
  let { images } = sum;
  let [loss, error] = [images * sum.loss, images * sum.error];
  ops.foreachMulScalar_(total, images);
  for (const batch of others)
    scope(() => {
      const next = batch();
      ops.foreachAdd_(total, [...next.gradients.values()], next.images);
      images += next.images;
      loss += next.images * next.loss;
      error += next.images * next.error;
    });
  ops.foreachDivScalar_(total, images);
  return { loss: loss / images, error: error / images, gradients: sum.gradients };
}

/** Fraction of rows whose largest logit is not the label's. */
function errorRate(logits: Tensor, labels: Tensor): number {
  return scope(() => {
    const right = ops.sum(ops.eq(ops.argmax(logits, 1), labels));
    return 1 - right.item() / (logits.shape[0] ?? 1);
  });
}
