/**
 * One learned step per block, never reordered: X <- P(X + h_i f_i(X)), h_i >= 0. The control that isolates step
 * sizes.
 */
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { type Block, sliceOf } from '../block.ts';
import { flow, type Projection } from '../flow.ts';
import {
  checkBlocks,
  Coordinate,
  entries,
  type Schedule,
  type ScheduleOptions,
  type ScheduleSnapshot,
} from './schedule.ts';

export class LearnedStepSchedule implements Schedule {
  readonly parameters: Map<string, Tensor>;
  readonly #step: Coordinate;

  constructor(options: ScheduleOptions) {
    const { blocks, start = 'unit' } = options;
    const size = start === 'unit' ? 1 : 1 / blocks;
    this.#step = new Coordinate(
      Array.from({ length: blocks }, () => size),
      options,
    );
    this.parameters = new Map([['step', this.#step.tensor]]);
  }

  flow(state: Tensor, blocks: readonly Block[], projection: Projection): Tensor {
    checkBlocks(blocks, this.#step.values.length);
    return scope(() => flow(blocks.map(sliceOf), state, entries(this.#step.tensor), projection));
  }

  projectAndSort(): undefined {
    noGrad(() => {
      ops.clampMin_(this.#step.tensor, 0);
    });
    this.#step.read();
  }

  snapshot(): ScheduleSnapshot {
    const step = [...this.#step.values];
    return { order: step.map((_, i) => i), steps: step, step };
  }
}
