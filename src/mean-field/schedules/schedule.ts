/** The schedule of a stage: where in depth each block acts, by trained coordinates. */
import { UsageError } from '../../errors.ts';
import type { NamedTensors } from '../../nn/index.ts';
import { keep, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { Block } from '../block.ts';
import type { Projection } from '../flow.ts';
import type { Swap } from '../order.ts';
import type { lastTaus, Scheme, tauStarts } from './names.ts';

export { lastTaus, type Scheme, schemes, tauStarts } from './names.ts';

/** Options of `createSchedule`. */
export interface ScheduleOptions {
  readonly scheme: Scheme;
  /** Number n of exchangeable blocks. */
  readonly blocks: number;
  /** mean-field only: false freezes the order (the control that isolates reordering). Default: true. */
  readonly reorder?: boolean;
  /** Initial step size: `unit`, 1 as in the vanilla net; `uniform`, 1/n. Default: `unit`. */
  readonly start?: (typeof tauStarts)[number];
  /** `pinned`: the end of depth stays at its initial value. Default: `free`. */
  readonly last?: (typeof lastTaus)[number];
  readonly dtype: 'f32' | 'f64';
  readonly device: string;
}

/** The coordinates of a stage at one moment, as lists by particle, except `order` and `steps`. */
export interface ScheduleSnapshot {
  /** Particles (creation index) in the order in which the state passes them. */
  readonly order: readonly number[];
  /** Step sizes (for intervals: widths) in that order. */
  readonly steps: readonly number[];
  readonly tau?: readonly number[];
  readonly tauEnd?: readonly number[];
  readonly step?: readonly number[];
}

/** The schedule of one stage: where in depth each block acts. */
export interface Schedule {
  /** The trained coordinates: `tau`, `tauEnd` or `step`, each [n]; none for vanilla. */
  readonly parameters: NamedTensors;
  /**
   * The state at the end of the stage.
   *
   * @param blocks - the particles in creation order
   * @param projection - applied after each step
   * @throws UsageError unless the number of blocks is that of the schedule
   */
  flow(state: Tensor, blocks: readonly Block[], projection: Projection): Tensor;
  /**
   * Call after every change of the parameters: projects them onto the feasible set, sorts the particles, and
   * returns the swap if their order changed.
   */
  projectAndSort(): Swap | undefined;
  snapshot(): ScheduleSnapshot;
}

/** A trained coordinate that keeps its values as numbers too, since sorting and logging need them at every step. */
export class Coordinate {
  readonly tensor: Tensor;
  #values: readonly number[] = [];

  constructor(values: readonly number[], { dtype, device }: Pick<ScheduleOptions, 'dtype' | 'device'>) {
    this.tensor = keep(tensor(values, [values.length], { dtype, device })).setRequiresGrad();
    this.read();
  }

  /** The values at the last {@link read}, exact. */
  get values(): readonly number[] {
    return this.#values;
  }

  read(): void {
    this.#values = this.tensor.toArray();
  }

  at(index: number): number {
    return this.#values[index] ?? Number.NaN;
  }
}

/** Initial positions 1, 2, .. n (unit) or 1/n, 2/n, .. 1 (uniform), the ends of the blocks. */
export function startPositions(blocks: number, start: (typeof tauStarts)[number]): number[] {
  const size = start === 'unit' ? 1 : 1 / blocks;
  return Array.from({ length: blocks }, (_, i) => (i + 1) * size);
}

/** The gaps x_0 - 0, x_1 - x_0, .. of a vector, recorded by autograd. */
export function gapsOf(positions: Tensor): Tensor {
  return scope(() => {
    const [n = 0] = positions.shape;
    const before = ops.constantPadNd(ops.sliceDim(positions, 0, 0, n - 1), [1, 0]);
    return ops.sub(positions, before);
  });
}

/** @throws UsageError unless the number of blocks is that of the schedule */
export function checkBlocks(blocks: readonly Block[], expected: number): void {
  if (blocks.length !== expected)
    throw new UsageError(`this schedule needs ${expected} blocks, got ${blocks.length}`);
}

/** The entries of a vector as scalar tensors, recorded by autograd. */
export function entries(vector: Tensor): Tensor[] {
  return ops.unbind(vector, 0);
}
