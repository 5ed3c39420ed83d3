/** The readout: W x + b. */
import { type Generator, ops, type Tensor } from '../tensor/index.ts';
import { parameter, uniform } from './initialise.ts';
import type { Layer, NamedTensors, Placement } from './layer.ts';

export class Linear implements Layer {
  /** [outputs, inputs] and [outputs] */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly parameters: NamedTensors;
  readonly buffers: NamedTensors = new Map();

  /** Both start uniform on +-1/sqrt(inputs). */
  constructor(inputs: number, outputs: number, generator: Generator, placement: Placement) {
    const bound = 1 / Math.sqrt(inputs);
    this.weight = parameter(() => uniform([outputs, inputs], bound, generator), placement);
    this.bias = parameter(() => uniform([outputs], bound, generator), placement);
    this.parameters = new Map([
      ['weight', this.weight],
      ['bias', this.bias],
    ]);
  }

  /** @param input - [B, inputs] */
  forward(input: Tensor): Tensor {
    return ops.linear(input, this.weight, this.bias);
  }
}
