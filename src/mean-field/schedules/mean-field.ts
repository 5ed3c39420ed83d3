/**
 * Algorithm 1 of the talk: sort the particles by tau, then X <- P(X + (tau^l - tau^{l-1}) f(X, theta^l)) with
 * tau^{-1} = 0, and train theta and tau together. With `reorder: false`, particles keep their creation order and
 * negative gaps count as 0: the control that isolates reordering.
 */
import { keep, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { type Block, sliceOf } from '../block.ts';
import { flow, type Projection } from '../flow.ts';
import { orderOf, type Swap, swapBetween } from '../order.ts';
import {
  checkBlocks,
  Coordinate,
  entries,
  gapsOf,
  type Schedule,
  type ScheduleOptions,
  type ScheduleSnapshot,
  startPositions,
} from './schedule.ts';

export class MeanFieldSchedule implements Schedule {
  readonly parameters: Map<string, Tensor>;
  readonly #tau: Coordinate;
  readonly #reorder: boolean;
  /** The depth of a pinned end; the particle that starts last stays there. */
  readonly #end: number | undefined;
  /** With a pinned end: 1 for every particle except the last, which has no derivative. */
  readonly #free: Tensor | undefined;
  readonly #pin: Tensor | undefined;
  #order: number[];
  #orderTensor: Tensor;

  constructor(options: ScheduleOptions) {
    const { blocks, reorder = true, start = 'unit', last = 'free', dtype, device } = options;
    const positions = startPositions(blocks, start);
    this.#tau = new Coordinate(positions, options);
    this.parameters = new Map([['tau', this.#tau.tensor]]);
    this.#reorder = reorder;
    if (last === 'pinned') {
      this.#end = this.#tau.at(blocks - 1);
      const mask = positions.map((_, i) => (i < blocks - 1 ? 1 : 0));
      this.#free = keep(tensor(mask, [blocks], { dtype, device }));
      this.#pin = keep(
        tensor(
          mask.map((free) => (free ? 0 : (this.#end ?? 0))),
          [blocks],
          { dtype, device },
        ),
      );
    }
    this.#order = positions.map((_, i) => i);
    this.#orderTensor = this.#makeOrderTensor();
  }

  #makeOrderTensor(): Tensor {
    return keep(tensor(this.#order, [this.#order.length], { dtype: 'i64', device: this.#tau.tensor.device }));
  }

  /** The step sizes h_l in flow order, as scalar tensors differentiable in tau. */
  steps(): Tensor[] {
    return scope(() => {
      const tau =
        this.#free && this.#pin ? ops.addcmul(this.#pin, this.#tau.tensor, this.#free) : this.#tau.tensor;
      if (!this.#reorder) return entries(ops.relu(gapsOf(tau)));
      return entries(gapsOf(ops.indexSelect(tau, 0, this.#orderTensor)));
    });
  }

  flow(state: Tensor, blocks: readonly Block[], projection: Projection): Tensor {
    checkBlocks(blocks, this.#order.length);
    const sorted = this.#order.map((particle) => blocks[particle]!);
    return scope(() => flow(sorted.map(sliceOf), state, this.steps(), projection));
  }

  projectAndSort(): Swap | undefined {
    noGrad(() => {
      ops.clamp_(this.#tau.tensor, 0, this.#end);
    });
    this.#tau.read();
    if (!this.#reorder) return undefined;
    const swap = swapBetween(this.#order, orderOf(this.#tau.values));
    if (swap) {
      this.#order = [...swap.after];
      this.#orderTensor.dispose();
      this.#orderTensor = this.#makeOrderTensor();
    }
    return swap;
  }

  snapshot(): ScheduleSnapshot {
    const positions = this.#order.map((particle) => this.#tau.at(particle));
    const steps = positions.map((tau, l) => Math.max(tau - (positions[l - 1] ?? 0), 0));
    return { order: [...this.#order], steps, tau: [...this.#tau.values] };
  }
}
