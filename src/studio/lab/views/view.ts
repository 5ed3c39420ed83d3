/** The interface of a view. */
import type { Engine } from '../engine.ts';
import type { KnobName, LabState, ViewName } from '../knobs.ts';
import type { Emit } from '../parts.ts';

export interface View {
  readonly name: ViewName;
  readonly title: string;
  /** Knobs that affect it, including cursors. */
  readonly knobs: readonly KnobName[];
  /** Descriptions of its numbers. The first is the key number unless a preset names another. */
  readonly numbers: Readonly<Record<string, string>>;
  /** Approximate number of block evaluations, which limits the size of a problem. */
  readonly cost: (state: LabState) => number;
  /** Emits the parts of the picture; `numbers` comes last. */
  compute(state: LabState, engine: Engine, emit: Emit): void;
}

export const dataKnobs = ['data', 'csv', 'points', 'noise', 'dataSeed'] as const;
export const rhoKnobs = ['family', 'activation', 'depth', 'particles', 'law', 'scale', 'seed'] as const;
/** Knobs of the training that precedes a view. */
export const pretrainingKnobs = ['trained', 'ds', 'integrator'] as const;
