/** Two-dimensional convolution without bias (batch norm follows it in every net here). */
import { type Generator, ops, type Tensor } from '../tensor/index.ts';
import { heNormal, parameter } from './initialise.ts';
import type { Layer, NamedTensors, Placement } from './layer.ts';

export interface Conv2dOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Side of the square kernel, odd; padding keeps the size at stride 1. */
  readonly kernel: number;
  readonly stride?: number;
}

export class Conv2d implements Layer {
  /** [outChannels, inChannels, kernel, kernel], channels last in memory. */
  readonly weight: Tensor;
  readonly parameters: NamedTensors;
  readonly buffers: NamedTensors = new Map();
  readonly #stride: readonly number[];
  readonly #padding: readonly number[];

  constructor(
    { inChannels, outChannels, kernel, stride = 1 }: Conv2dOptions,
    generator: Generator,
    placement: Placement,
  ) {
    const shape = [outChannels, inChannels, kernel, kernel];
    this.weight = parameter(() => ops.contiguous(heNormal(shape, generator), 'channelsLast'), placement);
    this.parameters = new Map([['weight', this.weight]]);
    this.#stride = [stride, stride];
    this.#padding = [(kernel - 1) / 2, (kernel - 1) / 2];
  }

  /**
   * @param input - [B, inChannels, H, W]
   * @param factor - a scalar, or [outChannels, 1, 1, 1], that multiplies the output; it is applied to the weight, which is smaller.
   * @param shift - [outChannels], added to the output
   */
  forward(input: Tensor, factor?: Tensor, shift?: Tensor): Tensor {
    const weight = factor ? ops.mul(this.weight, factor) : this.weight;
    return ops.conv2d(input, weight, shift, this.#stride, this.#padding);
  }
}
