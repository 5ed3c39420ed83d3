/** How large the derivative of the loss is in the weights and in the position of each block. */
import { crossEntropy } from '../../nn/index.ts';
import { enableGrad, grad, keep, noGrad, ops, scope, type Tensor, zeros } from '../../tensor/index.ts';
import type { OpenNet } from './net.ts';
import type { Batch } from './plans.ts';

export interface BlockNorm {
  readonly stage: string;
  /** Undefined for a fixed transition block. */
  readonly particle?: number;
  /** norm(dE/dtheta_i), E the mean loss. */
  readonly gradient: number;
  /** norm(theta_i). */
  readonly size: number;
}

export interface CoordinateSlope {
  readonly stage: string;
  /** `tau`, or `step` for the scheme learned-step. */
  readonly name: string;
  /** dE/dtau_i by particle. */
  readonly values: readonly number[];
}

export interface BlockGradient {
  /** In the order of depth, transitions included. */
  readonly blocks: readonly BlockNorm[];
  readonly coordinates: readonly CoordinateSlope[];
}

/** dE/d(parameter) of the mean loss over all batches, in evaluation mode; the caller owns the tensors. */
export function meanGradients(net: OpenNet, batches: readonly Batch[]): Map<Tensor, Tensor> {
  const parameters = [...net.model.parameters.values()];
  const sums = parameters.map((one) => keep(zeros(one.shape, { dtype: one.dtype, device: one.device })));
  const count = batches.reduce((sum, { labels }) => sum + labels.size, 0);
  for (const { images, labels } of batches)
    scope(() => {
      const slopes = enableGrad(() =>
        grad(crossEntropy(net.model.forward(images, { training: false }), labels), parameters),
      );
      noGrad(() => {
        slopes.forEach((slope, i) => {
          ops.add_(sums[i]!, slope, labels.size / count);
        });
      });
    });
  return new Map(parameters.map((one, i) => [one, sums[i]!]));
}

/** The norm of several tensors as one vector. */
export const jointNorm = (tensors: readonly Tensor[]): number =>
  scope(() => Math.hypot(...tensors.map((one) => ops.norm(one).item())));

export function measureBlockGradient(net: OpenNet, batches: readonly Batch[]): BlockGradient {
  const slopes = meanGradients(net, batches);
  try {
    const of = (parameters: readonly Tensor[]): Pick<BlockNorm, 'gradient' | 'size'> => ({
      gradient: jointNorm(parameters.map((one) => slopes.get(one)!)),
      size: noGrad(() => jointNorm(parameters)),
    });
    const blocks = net.stages.flatMap(({ name, stage, blocks: exchangeable, order }): BlockNorm[] => {
      const own = exchangeable.map((block) => [...block.parameters.values()]);
      const coordinates = [...stage.schedule.parameters.values()];
      const others = new Set([...own.flat(), ...coordinates]);
      const fixed = [...stage.parameters.values()].filter((one) => !others.has(one));
      return [
        ...(fixed.length ? [{ stage: name, ...of(fixed) }] : []),
        ...order.map((particle, l) => ({ stage: name, particle, ...of(own[l]!) })),
      ];
    });
    const coordinates = net.stages.flatMap(({ name: stage, stage: { schedule } }) =>
      [...schedule.parameters].map(([name, one]) => ({ stage, name, values: slopes.get(one)!.toArray() })),
    );
    return { blocks, coordinates };
  } finally {
    for (const slope of slopes.values()) slope.dispose();
  }
}
