/** Batch normalisation over [B, H, W] of each channel (Ioffe and Szegedy 2015, arXiv:1502.03167). */
import { UsageError } from '../errors.ts';
import { ones, ops, type Tensor, zeros } from '../tensor/index.ts';
import { buffer, parameter } from './initialise.ts';
import type { Layer, Mode, NamedTensors, Placement } from './layer.ts';

const momentum = 0.1;
const epsilon = 1e-5;

export class BatchNorm implements Layer {
  /** gamma and beta, [C] */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  readonly parameters: NamedTensors;
  readonly buffers: NamedTensors;

  constructor(channels: number, placement: Placement) {
    this.weight = parameter(() => ones([channels]), placement);
    this.bias = parameter(() => zeros([channels]), placement);
    this.runningMean = buffer(() => zeros([channels]), placement);
    this.runningVariance = buffer(() => ones([channels]), placement);
    this.parameters = new Map([
      ['weight', this.weight],
      ['bias', this.bias],
    ]);
    this.buffers = new Map([
      ['running_mean', this.runningMean],
      ['running_var', this.runningVariance],
    ]);
  }

  /**
   * gamma (x - mean) / sqrt(variance + 1e-5) + beta, times `factor` if given. The factor is applied to
   * gamma and beta, which are small, rather than to the activations: the derivative is the same.
   *
   * @param input - [B, C, H, W]
   * @param factor - a scalar tensor
   * @throws UsageError in training with one value a channel: its variance would make the running one NaN.
   */
  forward(input: Tensor, { training }: Mode, factor?: Tensor): Tensor {
    if (training && input.size < 2 * this.weight.size)
      throw new UsageError(
        `batch norm cannot train on one value a channel (a batch of shape [${input.shape.join(', ')}]): use larger batches or images`,
      );
    const weight = factor ? ops.mul(this.weight, factor) : this.weight;
    const bias = factor ? ops.mul(this.bias, factor) : this.bias;
    return ops.batchNorm(
      input,
      weight,
      bias,
      this.runningMean,
      this.runningVariance,
      training,
      momentum,
      epsilon,
      true,
    );
  }
}
