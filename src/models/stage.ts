/** A stage: a transition block where resolution and width change, then exchangeable blocks under a schedule. */
import { createSchedule, type Projection, type Schedule, type ScheduleOptions } from '../mean-field/index.ts';
import { joinNamed, type NamedTensors } from '../nn/index.ts';
import { scope, type Tensor } from '../tensor/index.ts';
import type { Branch, BranchOptions } from './basic-block.ts';
import { transition } from './transition.ts';

export interface StageOptions {
  /** All blocks of the stage, the transition included. */
  readonly blocks: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly projection: Projection;
  readonly schedule: Omit<ScheduleOptions, 'blocks'>;
  readonly branch: (options: Pick<BranchOptions, 'inChannels' | 'outChannels' | 'stride'>) => Branch;
}

export class Stage {
  readonly schedule: Schedule;
  /** The exchangeable blocks f(., theta_i), in the order of creation. */
  readonly blocks: readonly Branch[];
  /** What is applied to the state after each step. */
  readonly projection: Projection;
  /** Weights by name: `0.conv1.weight`, ..; then the schedule's `tau`. */
  readonly parameters: NamedTensors;
  readonly buffers: NamedTensors;
  readonly #transition: Branch | undefined;
  readonly #outChannels: number;

  constructor({ blocks, inChannels, outChannels, stride, projection, schedule, branch }: StageOptions) {
    const changes = stride !== 1 || inChannels !== outChannels;
    const branches = Array.from({ length: blocks }, (_, i) =>
      branch(
        i === 0 ? { inChannels, outChannels, stride } : { inChannels: outChannels, outChannels, stride: 1 },
      ),
    );
    this.#transition = changes ? branches[0] : undefined;
    this.blocks = changes ? branches.slice(1) : branches;
    this.#outChannels = outChannels;
    this.projection = projection;
    this.schedule = createSchedule({ ...schedule, blocks: this.blocks.length });
    const named = (part: 'parameters' | 'buffers'): Map<string, Tensor> =>
      joinNamed(Object.fromEntries(branches.map((one, i) => [String(i), one[part]])));
    this.parameters = new Map([...named('parameters'), ...this.schedule.parameters]);
    this.buffers = named('buffers');
  }

  /** Number of exchangeable blocks. */
  get particles(): number {
    return this.blocks.length;
  }

  forward(state: Tensor): Tensor {
    return scope(() => this.schedule.flow(this.enter(state), this.blocks, this.projection));
  }

  /** The state at which the exchangeable blocks begin: after the transition, where there is one. */
  enter(state: Tensor): Tensor {
    return this.#transition ? transition(state, this.#transition, this.#outChannels, this.projection) : state;
  }
}
