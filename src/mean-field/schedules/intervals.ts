/**
 * The interval measure on a net: block i acts on [tau_i, tau'_i] and is evaluated once, on the state at its start,
 *
 *   X(t) = X(0) + sum_i length([tau_i, tau'_i] cut with [0, t]) f(X(tau_i), theta_i),
 *
 * with the projection P applied at every break. Intervals may overlap or leave gaps; the state is continuous in
 * tau, also where two starts cross. Source: talk, "Numerical Scheme".
 */
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Block } from '../block.ts';
import type { Projection } from '../flow.ts';
import { orderOf, type Swap, swapBetween } from '../order.ts';
import {
  checkBlocks,
  Coordinate,
  entries,
  type Schedule,
  type ScheduleOptions,
  type ScheduleSnapshot,
  startPositions,
} from './schedule.ts';

/** A block that has started: its velocity and its interval. */
interface Started {
  readonly velocity: Tensor;
  readonly start: Tensor;
  readonly startsAt: number;
  readonly end: Tensor;
  readonly endsAt: number;
}

export class IntervalSchedule implements Schedule {
  readonly parameters: Map<string, Tensor>;
  readonly #tau: Coordinate;
  readonly #tauEnd: Coordinate;
  /** Depth at which the flow stops; Infinity if the end is free. */
  readonly #horizon: number;
  #order: number[];

  constructor(options: ScheduleOptions) {
    const { blocks, start = 'unit', last = 'free' } = options;
    const ends = startPositions(blocks, start);
    this.#tau = new Coordinate([0, ...ends].slice(0, blocks), options);
    this.#tauEnd = new Coordinate(ends, options);
    this.parameters = new Map([
      ['tau', this.#tau.tensor],
      ['tauEnd', this.#tauEnd.tensor],
    ]);
    this.#horizon = last === 'pinned' ? this.#tauEnd.at(blocks - 1) : Infinity;
    this.#order = ends.map((_, i) => i);
  }

  flow(state: Tensor, blocks: readonly Block[], projection: Projection): Tensor {
    checkBlocks(blocks, this.#order.length);
    return scope(() => {
      const starts = entries(this.#tau.tensor);
      const ends = entries(this.#tauEnd.tensor);
      const started: Started[] = [];
      let x = state;
      this.#order.forEach((particle, k) => {
        const [block, start, end] = [blocks[particle]!, starts[particle]!, ends[particle]!];
        const from = this.#tau.at(particle);
        started.push({
          velocity: block.velocity(x),
          start,
          startsAt: from,
          end,
          endsAt: this.#tauEnd.at(particle),
        });
        const next = this.#order[k + 1];
        const to = Math.min(next === undefined ? Infinity : this.#tau.at(next), this.#horizon);
        const nextStart = next !== undefined && to < this.#horizon ? starts[next] : to;
        if (to > from) x = advance(x, started, { start, from, to, toTensor: nextStart ?? to }, projection);
        else if (next === undefined) x = advance(x, started, { start, from, to, toTensor: to });
      });
      return x;
    });
  }

  projectAndSort(): Swap | undefined {
    noGrad(() => {
      // Beyond a pinned horizon, an end would have no derivative and could never return.
      const horizon = this.#horizon === Infinity ? undefined : this.#horizon;
      ops.clamp_(this.#tau.tensor, 0, horizon);
      ops.clampMinTensor_(this.#tauEnd.tensor, this.#tau.tensor);
      if (horizon !== undefined) ops.clamp_(this.#tauEnd.tensor, null, horizon);
    });
    this.#tau.read();
    this.#tauEnd.read();
    const swap = swapBetween(this.#order, orderOf(this.#tau.values));
    if (swap) this.#order = [...swap.after];
    return swap;
  }

  snapshot(): ScheduleSnapshot {
    const end = (particle: number): number => Math.min(this.#tauEnd.at(particle), this.#horizon);
    return {
      order: [...this.#order],
      steps: this.#order.map((particle) => Math.max(end(particle) - this.#tau.at(particle), 0)),
      tau: [...this.#tau.values],
      tauEnd: [...this.#tauEnd.values],
    };
  }
}

interface Segment {
  readonly start: Tensor;
  readonly from: number;
  readonly to: number;
  /** The end of the segment: a trained start, or the fixed horizon. */
  readonly toTensor: Tensor | number;
}

/**
 * P(X + sum of length_i f_i) over one segment. Numbers decide which ends bound a length; the lengths keep their
 * derivatives. In a tie, a block's own start and end win, and a block of width 0 takes part in the segment in
 * which it starts: it changes nothing, but can widen again. A segment of length 0 skips the projection.
 */
function advance(
  state: Tensor,
  started: readonly Started[],
  segment: Segment,
  projection?: Projection,
): Tensor {
  return scope(() => {
    let sum: Tensor | undefined;
    for (const { velocity, start, startsAt, end, endsAt } of started) {
      const startsHere = startsAt >= segment.from;
      if (endsAt <= segment.from && !startsHere) continue;
      const since = startsHere ? start : segment.start;
      const until = endsAt <= segment.to ? end : segment.toTensor;
      const length = typeof until === 'number' ? ops.addScalar(ops.neg(since), until) : ops.sub(until, since);
      sum = ops.add(sum ?? state, ops.mul(velocity, length));
    }
    return sum ? (projection?.apply(sum) ?? sum) : state;
  });
}
