/** A stage: a transition block if resolution or width change, then exchangeable blocks under a schedule. */
import {
  type Block,
  createSchedule,
  type Projection,
  type Schedule,
  type ScheduleOptions,
} from '../mean-field/index.ts';
import { evaluationMode, joinNamed, type Layer, type Mode, type NamedTensors } from '../nn/index.ts';
import { scope, type Tensor } from '../tensor/index.ts';
import type { BlockSizes, Branch } from './blocks/branch.ts';
import type { Shortcut } from './shortcut.ts';
import { transition } from './transition.ts';

export interface StageOptions extends BlockSizes {
  /** Number of blocks, including the transition. */
  readonly blocks: number;
  readonly projection: Projection;
  readonly schedule: Omit<ScheduleOptions, 'blocks'>;
  readonly branch: (sizes: BlockSizes) => Branch;
  /** The exchangeable blocks, if they differ from the transition. */
  readonly particle?: ((sizes: BlockSizes) => Branch) | undefined;
  readonly shortcut: (sizes: BlockSizes) => Shortcut;
}

/**
 * A stage of a net: its transition block, its exchangeable blocks, and the schedule that orders them in depth.
 */
export class Stage {
  readonly schedule: Schedule;
  /** The exchangeable blocks f(., theta_i) in evaluation mode, in order of creation. */
  readonly blocks: readonly (Block & Layer)[];
  readonly #trainingBlocks: readonly Block[];
  /** Applied to the state after each step. */
  readonly projection: Projection;
  /** Weights by name: `0.conv1.weight`, ..; then the schedule's `tau`. */
  readonly parameters: NamedTensors;
  readonly buffers: NamedTensors;
  readonly #transition: { readonly branch: Branch; readonly shortcut: Shortcut } | undefined;

  constructor({ blocks, projection, schedule, branch, particle = branch, shortcut, ...sizes }: StageOptions) {
    const inner: BlockSizes = { ...sizes, inChannels: sizes.outChannels, stride: 1 };
    const changes = sizes.stride !== 1 || sizes.inChannels !== sizes.outChannels;
    this.#transition = changes ? { branch: branch(sizes), shortcut: shortcut(sizes) } : undefined;
    const particles = Array.from({ length: changes ? blocks - 1 : blocks }, () => particle(inner));
    this.blocks = particles.map(({ inMode, ...tensors }) => ({ ...tensors, ...inMode(evaluationMode) }));
    this.#trainingBlocks = particles.map(({ inMode }) => inMode({ training: true }));
    this.projection = projection;
    this.schedule = createSchedule({ ...schedule, blocks: particles.length });
    const named = (part: 'parameters' | 'buffers'): Map<string, Tensor> => {
      const first = this.#transition;
      const own = first ? [new Map([...first.branch[part], ...first.shortcut[part]])] : [];
      const all = [...own, ...particles.map((one) => one[part])];
      return joinNamed(Object.fromEntries(all.map((one, i) => [String(i), one])));
    };
    this.parameters = new Map([...named('parameters'), ...this.schedule.parameters]);
    this.buffers = named('buffers');
  }

  /** Number of exchangeable blocks. */
  get particles(): number {
    return this.blocks.length;
  }

  forward(state: Tensor, mode: Mode): Tensor {
    const blocks = mode.training ? this.#trainingBlocks : this.blocks;
    return scope(() => this.schedule.flow(this.enter(state, mode), blocks, this.projection));
  }

  /** The state before the exchangeable blocks: the output of the transition, if there is one. */
  enter(state: Tensor, mode: Mode): Tensor {
    const first = this.#transition;
    return first
      ? transition(state, first.branch.inMode(mode), first.shortcut, this.projection, mode)
      : state;
  }
}
