/** Batch normalisation over [B, H, W] of each channel (Ioffe and Szegedy 2015, arXiv:1502.03167). */
import { UsageError } from '../errors.ts';
import { ones, ops, type Tensor, zeros } from '../tensor/index.ts';
import { activateInPlace, type Activation } from './activation.ts';
import { buffer, parameter } from './initialise.ts';
import type { Layer, Mode, NamedTensors, Placement } from './layer.ts';

const momentum = 0.1;
const epsilon = 1e-5;

/** Operations after the normalisation, fused with it where that is faster. */
export interface AfterNorm {
  /** A scalar tensor that multiplies the normalised values. */
  readonly factor?: Tensor | undefined;
  /** Added next; has the shape of the input. */
  readonly add?: Tensor | undefined;
  /** s; default: identity. */
  readonly activation?: Activation | undefined;
}

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
   * s(gamma (x - mean) / sqrt(variance + 1e-5) + beta + add); training uses the moments of the batch. A factor
   * multiplies the small gamma and beta instead of the activations; the derivative is the same.
   *
   * @param input - [B, C, H, W]
   * @throws UsageError in training with one value per channel: its variance would make the running variance NaN
   */
  forward(input: Tensor, { training }: Mode, { factor, add, activation }: AfterNorm = {}): Tensor {
    if (training && input.size < 2 * this.weight.size)
      throw new UsageError(
        `batch norm cannot train on one value per channel (batch of shape [${input.shape.join(', ')}]): use larger batches or images`,
      );
    const weight = factor ? ops.mul(this.weight, factor) : this.weight;
    const bias = factor ? ops.mul(this.bias, factor) : this.bias;
    const running = [this.runningMean, this.runningVariance] as const;
    const relu = activation === 'relu';
    if (training) {
      const output = ops.batchNormTrain(input, weight, bias, ...running, add, relu, momentum, epsilon);
      return activation && !relu ? activateInPlace(activation, output) : output;
    }
    const output = ops.batchNorm(input, weight, bias, ...running, false, momentum, epsilon, true);
    if (add) ops.add_(output, add);
    return activation ? activateInPlace(activation, output) : output;
  }

  /** Evaluation mode as an affine map, times `factor` if given: x -> scale x + shift, [C] each. */
  folded(factor?: Tensor): { readonly scale: Tensor; readonly shift: Tensor } {
    const times = (x: Tensor): Tensor => (factor ? ops.mul(x, factor) : x);
    const deviation = ops.sqrt(ops.addScalar(this.runningVariance, epsilon));
    const scale = times(ops.div(this.weight, deviation));
    return { scale, shift: ops.sub(times(this.bias), ops.mul(scale, this.runningMean)) };
  }
}
