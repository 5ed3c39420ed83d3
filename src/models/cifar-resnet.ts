/**
 * CIFAR ResNets and ResNeXts (plan.ts): a stem, three stages of residual blocks, and a linear readout of the averaged
 * features.
 *
 * Post-activation: He et al. 2015 (arXiv:1512.03385), Xie et al. 2017 (arXiv:1611.05431), X <- relu(X + h f(X)).
 * Pre-activation: He et al. 2016 (arXiv:1603.05027), X <- X + h f(X).
 */
import { checkInteger, checkObject, checkOneOf } from '../check.ts';
import { UsageError } from '../errors.ts';
import { identity, type Projection, projectPositive, type ScheduleOptions } from '../mean-field/index.ts';
import {
  type Activation,
  activations,
  BatchNorm,
  Conv2d,
  evaluationMode,
  joinNamed,
  Linear,
  type Mode,
  type NamedTensors,
  normalisedConv,
  type Placement,
} from '../nn/index.ts';
import { type Generator, ops, scope, type Tensor } from '../tensor/index.ts';
import type { Common } from './blocks/branch.ts';
import { type Architecture, planOf } from './plan.ts';
import { type NamedBlock, ownBranch } from './own-block.ts';
import { Stage } from './stage.ts';

export interface CifarResNetOptions extends Architecture {
  readonly inChannels: number;
  readonly classes: number;
  readonly activation?: Activation;
  /** Replaces the exchangeable blocks; transitions stay those of the model. */
  readonly ownBlock?: NamedBlock | undefined;
  readonly schedule: Omit<ScheduleOptions, 'blocks' | 'dtype' | 'device'>;
  readonly dtype?: 'f32' | 'f64';
  readonly device?: string;
}

/** The parts before the first stage and after the last. */
export interface ForwardParts {
  /** X(x, 0) from images [B, inChannels, H, W]. */
  readonly begin: (images: Tensor) => Tensor;
  /** Logits [B, classes] from the state after the last stage. */
  readonly end: (state: Tensor) => Tensor;
}

/** Projection with softplus in place of relu, for checks that need derivatives. */
const projectSoftplus: Projection = {
  apply: (state) => ops.softplus(state),
  adjoint() {
    throw new UsageError('the softplus projection has no adjoint from the projected state: use autograd');
  },
};

/**
 * A residual network for small images: a stem, stages of blocks with positions in depth, and a linear readout.
 * `createModel` makes one by name. Images are [B, channels, H, W], logits [B, classes].
 */
export class CifarResNet {
  /** All trained tensors by name, including the depth coordinates (`layer1.tau`). */
  readonly parameters: NamedTensors;
  readonly buffers: NamedTensors;
  /** Whether the exchangeable blocks are a user's. */
  readonly hasOwnBlocks: boolean;
  /** By name: `layer1`, `layer2`, `layer3`. */
  readonly stages: ReadonlyMap<string, Stage>;
  readonly #stem: Conv2d;
  /** In `post` after the stem, in `pre` before the readout. */
  readonly #norm: BatchNorm;
  readonly #readout: Linear;
  readonly #activation: Activation;
  readonly #post: boolean;

  /** @throws UsageError for unsupported sizes */
  constructor(options: CifarResNetOptions, generator: Generator) {
    checkObject('{ depth, variant, inChannels, classes, .. }', 'the options of CifarResNet', options);
    const { inChannels, classes, activation = 'relu', ownBlock, schedule } = options;
    const { post, width, blocks, groups, stages, branch, shortcut } = planOf(options);
    checkInteger('inChannels', inChannels, { min: 1 });
    checkInteger('classes', classes, { min: 2 });
    checkOneOf('activation', activation, activations);
    const placement: Placement = { dtype: options.dtype ?? 'f32', device: options.device ?? 'cpu' };
    this.hasOwnBlocks = ownBlock !== undefined;
    this.#post = post;
    this.#activation = activation;
    this.#stem = new Conv2d({ inChannels, outChannels: width, kernel: 3 }, generator, placement);
    const features = stages.at(-1)?.outChannels ?? width;
    this.#norm = new BatchNorm(post ? width : features, placement);
    const positive = activation === 'relu' ? projectPositive : projectSoftplus;
    const common: Common = { activation, generator, placement };
    this.stages = new Map(
      stages.map(({ name, ...sizes }, i) => [
        name,
        new Stage({
          ...sizes,
          inChannels: stages[i - 1]?.outChannels ?? width,
          blocks,
          projection: post ? positive : identity,
          schedule: { ...schedule, ...placement },
          branch: (own) => branch({ ...own, ...common, groups }),
          particle: ownBlock && ((own) => ownBranch(ownBlock, { ...own, ...common })),
          shortcut: (own) => shortcut({ ...own, ...common }),
        }),
      ]),
    );
    this.#readout = new Linear(features, classes, generator, placement);
    const all = (part: 'parameters' | 'buffers'): Map<string, Tensor> =>
      joinNamed({
        conv1: this.#stem[part],
        [this.#post ? 'bn1' : 'bn']: this.#norm[part],
        ...Object.fromEntries([...this.stages].map(([name, stage]) => [name, stage[part]])),
        linear: this.#readout[part],
      });
    this.parameters = all('parameters');
    this.buffers = all('buffers');
  }

  /** Parameter count of the published net: weights without depth coordinates. */
  get parameterCount(): number {
    const coordinates = new Set(
      [...this.stages.values()].flatMap((stage) => [...stage.schedule.parameters.values()]),
    );
    return [...this.parameters.values()]
      .filter((one) => !coordinates.has(one))
      .reduce((sum, one) => sum + one.size, 0);
  }

  /**
   * @param images - [B, inChannels, H, W], normalised; stages 2 and 3 halve H and W, rounding up
   * @returns logits [B, classes]
   */
  forward(images: Tensor, mode: Mode): Tensor {
    return scope(() => {
      let state = this.#begin(images, mode);
      for (const stage of this.stages.values()) state = stage.forward(state, mode);
      return this.#end(state, mode);
    });
  }

  /**
   * The forward pass in evaluation mode, in parts: the logits are `end` of the state that results from
   * `begin(images)` and every stage in turn.
   */
  forwardParts(): ForwardParts {
    return {
      begin: (images) => scope(() => this.#begin(images, evaluationMode)),
      end: (state) => scope(() => this.#end(state, evaluationMode)),
    };
  }

  /**
   * The state before the exchangeable blocks of a stage, in evaluation mode, [B, C, H, W].
   *
   * @param name - `layer1`, `layer2` or `layer3`
   * @throws UsageError for another name
   */
  enterStage(name: string, images: Tensor): Tensor {
    const wanted = this.stages.get(name);
    if (!wanted) throw new UsageError(`no stage ${name} (one of ${[...this.stages.keys()].join(', ')})`);
    return scope(() => {
      let state = this.#begin(images, evaluationMode);
      for (const stage of this.stages.values()) {
        if (stage === wanted) break;
        state = stage.forward(state, evaluationMode);
      }
      return wanted.enter(state, evaluationMode);
    });
  }

  #begin(images: Tensor, mode: Mode): Tensor {
    return this.#post
      ? normalisedConv(this.#stem, this.#norm, images, mode, { activation: this.#activation })
      : this.#stem.forward(images);
  }

  #end(last: Tensor, mode: Mode): Tensor {
    const state = this.#post ? last : this.#norm.forward(last, mode, { activation: this.#activation });
    // A pool over the whole image, not a mean: the gradient of a mean has a layout for which libtorch's relu takes a
    // slow path.
    const pooled = ops.avgPool2d(state, state.shape.slice(2));
    return this.#readout.forward(ops.flatten(pooled, 1));
  }
}
