/** What a view is. */
import type { Engine } from '../engine.ts';
import type { KnobName, LabState, ViewName } from '../knobs.ts';
import type { Emit } from '../parts.ts';

export interface View {
  readonly name: ViewName;
  readonly title: string;
  /** The knobs that change it, cursors included; the others are of other views. */
  readonly knobs: readonly KnobName[];
  /** Its numbers: in words, for people. The first is its key number unless a preset names another. */
  readonly numbers: Readonly<Record<string, string>>;
  /** Evaluations of a block on a point, about: what bounds the size of a problem. */
  readonly cost: (state: LabState) => number;
  /** Emits the parts of the picture, the last of them `numbers`. */
  compute(state: LabState, engine: Engine, emit: Emit): void;
}

export const dataKnobs = ['data', 'csv', 'points', 'noise', 'dataSeed'] as const;
export const rhoKnobs = ['family', 'activation', 'depth', 'particles', 'law', 'scale', 'seed'] as const;
/** What trains rho before anything is shown. */
export const beforeKnobs = ['trained', 'ds', 'integrator'] as const;
