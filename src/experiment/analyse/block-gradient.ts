/** Norms of the derivative of the loss with respect to the weights and the position of each block. */
import { crossEntropy } from '../../nn/index.ts';
import { enableGrad, grad, keep, noGrad, ops, scope, type Tensor, zeros } from '../../tensor/index.ts';
import type { AnalysisSection } from '../../runs/index.ts';
import type { OpenNet } from './net.ts';
import type { Batch } from './plans.ts';
import { byStage, blockAxis, section, short } from './section.ts';

interface BlockNorm {
  readonly stage: string;
  /** Undefined for a fixed transition block. */
  readonly particle?: number;
  /** norm(dE/dtheta_i), E the mean loss. */
  readonly gradient: number;
  /** norm(theta_i). */
  readonly size: number;
}

interface CoordinateSlope {
  readonly stage: string;
  /** `tau`, or `step` for the scheme learned-step. */
  readonly name: string;
  /** dE/dtau_i by particle. */
  readonly values: readonly number[];
}

interface BlockGradient {
  /** In depth order, including transitions. */
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
const jointNorm = (tensors: readonly Tensor[]): number =>
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

export function blockGradientSection({ blocks, coordinates }: BlockGradient): AnalysisSection {
  const placed = blocks.map((block, i) => ({ ...block, place: i + 1 }));
  const own = placed.filter(({ particle }) => particle !== undefined);
  const fixed = placed.filter(({ particle }) => particle === undefined);
  const norms = own.map(({ gradient }) => gradient);
  const [low, high] = [Math.min(...norms), Math.max(...norms)];
  const slopes = coordinates.flatMap(({ stage, values }) =>
    values.map((value, particle) => ({
      stage,
      value,
      place: own.find((block) => block.stage === stage && block.particle === particle)?.place ?? NaN,
    })),
  );
  const name = coordinates[0]?.name === 'step' ? 'dE/dh' : 'dE/dtau';
  const steepest = Math.max(...slopes.map(({ value }) => Math.abs(value)));
  return section({
    id: 'gradients',
    title: 'Gradients by block',
    question: 'Does the gradient reach every block, or does it vanish or explode along the depth?',
    sentence: own.length
      ? `norm(dE/dtheta) lies between ${short(low)} and ${short(high)} over the exchangeable blocks, a factor of ${short(high / low)}.`
      : 'There are no exchangeable blocks.',
    caption: `E is the mean test loss, in evaluation mode. Left: the norm over all weights of a block${fixed.length ? '; transitions are fixed blocks at the start of a stage' : ''}.${slopes.length ? ` Right: ${name}; below 0, training would move the block deeper.` : ''}`,
    reported: {
      ...(own.length && {
        'norm(dE/dtheta), least over exchangeable blocks': low,
        'norm(dE/dtheta), greatest': high,
      }),
      ...(slopes.length && { [`abs(${name}), greatest`]: steepest }),
    },
    panels: [
      {
        title: 'Gradient in the weights',
        x: blockAxis,
        y: { title: 'norm(dE/dtheta)', log: true },
        series: [
          ...byStage(own, ({ place, gradient }) => [place, gradient]),
          ...(fixed.length
            ? [
                {
                  name: 'transitions',
                  mark: 'points' as const,
                  points: fixed.map(({ place, gradient }) => [place, gradient] as const),
                },
              ]
            : []),
        ],
      },
      ...(slopes.length
        ? [
            {
              title: name === 'dE/dtau' ? 'Derivative in the position' : 'Derivative in the step',
              x: blockAxis,
              y: { title: name },
              series: byStage(slopes, ({ place, value }) => [place, value]),
            },
          ]
        : []),
    ],
  });
}
