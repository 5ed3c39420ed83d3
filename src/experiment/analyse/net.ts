/** A trained net as an analysis modifies it: its exchangeable blocks in depth order, and their steps. */
import { UsageError } from '../../errors.ts';
import { type Projection, type Slice, sliceOf } from '../../mean-field/index.ts';
import type { CifarResNet, Stage } from '../../models/index.ts';
import { scope, tensor, type Tensor } from '../../tensor/index.ts';

/** The exchangeable blocks of a stage: X^{l+1} = P(X^l + h_l f^l(X^l)), l = 0 .. L - 1. */
export interface StageFlow {
  readonly name: string;
  readonly stage: Stage;
  /** The particle (block in order of creation) that acts in step l. */
  readonly order: readonly number[];
  /** h_l. */
  readonly steps: readonly number[];
  /** f^l, in depth order. */
  readonly blocks: Stage['blocks'];
  readonly projection: Projection;
  /** Whether a fixed transition block comes first. */
  readonly hasTransition: boolean;
}

/** A net in evaluation mode. */
export interface OpenNet {
  readonly model: CifarResNet;
  /** X(x, 0), after the stem. */
  readonly begin: (images: Tensor) => Tensor;
  readonly stages: readonly StageFlow[];
  /** Logits from the state after the last stage. */
  readonly end: (state: Tensor) => Tensor;
}

/** @throws UsageError for the scheme `intervals`, whose blocks may act at the same depth */
export function openNet(model: CifarResNet): OpenNet {
  const stages = [...model.stages].map(([name, stage]): StageFlow => {
    const { order, steps, tauEnd } = stage.schedule.snapshot();
    if (tauEnd)
      throw new UsageError(
        'analyse needs blocks that act one after the other: those of the scheme intervals may overlap',
      );
    const blocks = order.map((particle) => stage.blocks[particle]!);
    const own = new Set(blocks.flatMap((block) => [...block.parameters.values()]));
    const coordinates = new Set(stage.schedule.parameters.values());
    const hasTransition = [...stage.parameters.values()].some(
      (one) => !own.has(one) && !coordinates.has(one),
    );
    return { name, stage, order, steps, blocks, projection: stage.projection, hasTransition };
  });
  return { model, stages, ...model.forwardParts() };
}

/** Number of exchangeable blocks. */
export const blockCount = ({ stages }: Pick<OpenNet, 'stages'>): number =>
  stages.reduce((sum, { blocks }) => sum + blocks.length, 0);

/** P(X + h f(X)), computed as in training and evaluation: the step multiplies the last weights. */
export function takeStep(slice: Slice, state: Tensor, h: number, projection: Projection): Tensor {
  return scope(() => {
    // A step of 1 changes nothing and costs nothing.
    const size = h === 1 ? 1 : tensor(h, [], { dtype: state.dtype as 'f32' | 'f64', device: state.device });
    return slice.advance?.(state, size, projection) ?? projection.apply(slice.step(state, size));
  });
}

/** The slices of a stage, in depth order. */
export const blockSlices = ({ blocks }: Pick<StageFlow, 'blocks'>): Slice[] => blocks.map(sliceOf);
