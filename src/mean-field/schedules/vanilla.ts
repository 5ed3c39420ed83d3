/** The plain residual net: X <- P(X + f_i(X)) in creation order, with no trained coordinates. */
import type { Tensor } from '../../tensor/index.ts';
import { type Block, sliceOf } from '../block.ts';
import { flow, type Projection } from '../flow.ts';
import { checkBlocks, type Schedule, type ScheduleOptions, type ScheduleSnapshot } from './schedule.ts';

export class VanillaSchedule implements Schedule {
  readonly parameters = new Map<string, Tensor>();
  readonly #blocks: number;

  constructor({ blocks }: ScheduleOptions) {
    this.#blocks = blocks;
  }

  flow(state: Tensor, blocks: readonly Block[], projection: Projection): Tensor {
    checkBlocks(blocks, this.#blocks);
    return flow(
      blocks.map(sliceOf),
      state,
      blocks.map(() => 1),
      projection,
    );
  }

  projectAndSort(): undefined {
    return undefined;
  }

  snapshot(): ScheduleSnapshot {
    const order = Array.from({ length: this.#blocks }, (_, i) => i);
    return { order, steps: order.map(() => 1) };
  }
}
