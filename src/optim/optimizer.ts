/** The common interface of optimisers. Updates are in place and match PyTorch's bit for bit. */
import { checkNumber } from '../check.ts';
import { UsageError } from '../errors.ts';
import { keep, noGrad, scope, type Tensor, zeros } from '../tensor/index.ts';

/** Parameters that share their settings. */
export interface ParameterGroup {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Multiplies the learning rate. Default 1. */
  readonly lrFactor?: number;
  /** Adds weightDecay x parameter to the gradient. Default 0. */
  readonly weightDecay?: number;
}

export interface Optimizer {
  /**
   * Updates all parameters once.
   *
   * @param gradients - by parameter name; consumed: the update reuses their memory
   * @param lr - learning rate, before each group's factor
   */
  step(gradients: ReadonlyMap<string, Tensor>, lr: number): void;
  /** All that a resumed run needs, by name: `momentum.conv1.weight`, .. */
  readonly state: ReadonlyMap<string, Tensor>;
  /** Number of updates made; restored with the state. */
  updates: number;
}

/** A group as parallel lists, for operators over many tensors at once. */
export interface PackedGroup {
  readonly names: readonly string[];
  readonly parameters: readonly Tensor[];
  readonly lrFactor: number;
  readonly weightDecay: number;
}

export function packGroups(groups: readonly ParameterGroup[]): PackedGroup[] {
  return groups
    .filter(({ parameters }) => parameters.size > 0)
    .map(({ name, parameters, lrFactor = 1, weightDecay = 0 }) => ({
      names: [...parameters.keys()],
      parameters: [...parameters.values()],
      lrFactor: checkNumber(`learning-rate factor of ${name}`, lrFactor, { min: 0 }),
      weightDecay: checkNumber(`weight decay of ${name}`, weightDecay, { min: 0 }),
    }));
}

/** A tensor of zeros for every parameter, stored in `state` as `${prefix}.${parameter}`. */
export function slots(prefix: string, group: PackedGroup, state: Map<string, Tensor>): Tensor[] {
  return group.parameters.map((parameter, i) => {
    const slot = keep(zeros(parameter.shape, { dtype: parameter.dtype, device: parameter.device }));
    state.set(`${prefix}.${group.names[i] ?? ''}`, slot);
    return slot;
  });
}

export function gradientsOf(group: PackedGroup, gradients: ReadonlyMap<string, Tensor>): Tensor[] {
  return group.names.map((name) => {
    const gradient = gradients.get(name);
    if (!gradient) throw new UsageError(`no gradient for the parameter ${name}`);
    return gradient;
  });
}

/** Runs an update without recording it, and frees its temporaries. */
export function update(body: () => void): void {
  noGrad(() => {
    scope(body);
  });
}
