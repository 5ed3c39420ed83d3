/** Two-dimensional convolution without bias (every net here has a batch norm after it). */
import { UsageError } from '../errors.ts';
import { type Generator, ops, type Tensor } from '../tensor/index.ts';
import { activateInPlace, type Activation } from './activation.ts';
import { heNormal, parameter } from './initialise.ts';
import type { Layer, NamedTensors, Placement } from './layer.ts';

export interface Conv2dOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Side of the square kernel, odd; padding keeps the size at stride 1. */
  readonly kernel: number;
  readonly stride?: number;
  /** Number of groups: each group of output channels sees only its group of input channels. Default 1. */
  readonly groups?: number;
}

/** Operations after the convolution, fused with it where that is faster. */
interface AfterConv {
  /** A scalar, or [outChannels, 1, 1, 1], that multiplies the output; applied to the smaller weight. */
  readonly factor?: Tensor | undefined;
  /** [outChannels], added to the output. */
  readonly shift?: Tensor | undefined;
  /** Added next; has the shape of the output. */
  readonly add?: Tensor | undefined;
  /** s; default: identity. */
  readonly activation?: Activation | undefined;
}

export class Conv2d implements Layer {
  /** [outChannels, inChannels / groups, kernel, kernel], channels last in memory. */
  readonly weight: Tensor;
  readonly parameters: NamedTensors;
  readonly buffers: NamedTensors = new Map();
  readonly #kernel: number;
  readonly #stride: number;
  readonly #groups: number;

  /** @throws UsageError if the groups do not divide the channels */
  constructor(
    { inChannels, outChannels, kernel, stride = 1, groups = 1 }: Conv2dOptions,
    generator: Generator,
    placement: Placement,
  ) {
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new UsageError(
        `channels must be divisible by groups (${groups}), got ${inChannels} in and ${outChannels} out`,
      );
    const shape = [outChannels, inChannels / groups, kernel, kernel];
    this.weight = parameter(() => ops.contiguous(heNormal(shape, generator), 'channelsLast'), placement);
    this.parameters = new Map([['weight', this.weight]]);
    this.#kernel = kernel;
    this.#stride = stride;
    this.#groups = groups;
  }

  /**
   * The input and the stride of its convolution. A strided 1 x 1 convolution sees only every second pixel. Below 8
   * channels its backward pass in oneDNN (2.6) writes out of bounds, so the pixels are selected first.
   */
  #thinned(input: Tensor): [Tensor, number] {
    const stride = this.#stride;
    const [, channels = 0] = input.shape;
    if (this.#kernel !== 1 || stride === 1 || channels >= 8) return [input, stride];
    const rows = ops.sliceDim(input, 2, null, null, stride);
    return [ops.sliceDim(rows, 3, null, null, stride), 1];
  }

  /**
   * s(factor conv(x) + shift + add)
   *
   * @param input - [B, inChannels, H, W]
   */
  forward(input: Tensor, { factor, shift, add, activation }: AfterConv = {}): Tensor {
    const weight = factor ? ops.mul(this.weight, factor) : this.weight;
    if (this.#kernel === 3 && this.#groups === 1) {
      const relu = activation === 'relu';
      const output = ops.conv3x3(input, weight, shift, add, relu, this.#stride);
      return activation && !relu ? activateInPlace(activation, output) : output;
    }
    const padding = (this.#kernel - 1) / 2;
    const [thinned, stride] = this.#thinned(input);
    const output = ops.conv2d(
      thinned,
      weight,
      shift,
      [stride, stride],
      [padding, padding],
      [1, 1],
      this.#groups,
    );
    if (add) ops.add_(output, add);
    return activation ? activateInPlace(activation, output) : output;
  }
}
