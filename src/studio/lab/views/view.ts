/** The interface of a view. */
import type { Picture } from '../../../draw/index.ts';
import type { DrawOptions } from '../drawing/picture.ts';
import type { Engine } from '../engine.ts';
import type { ViewKnob, ViewState } from '../knobs.ts';
import type { Emit } from '../parts.ts';

/** A state of a view with a statement of the talk. */
export interface ViewPreset<N extends string = string, K extends ViewKnob = ViewKnob> {
  /** Position in the list of all presets: that of the slide in the talk. */
  readonly slide: number;
  readonly name: string;
  /** Title of the slide. */
  readonly title: string;
  /** Knobs that differ from the defaults. */
  readonly state: Partial<Pick<ViewState, K>>;
  /** TeX, for KaTeX. */
  readonly formula: string;
  /** Hint on what to look for. */
  readonly look: string;
  /** Its key number. */
  readonly key: N;
}

/** The lines of TypeScript that compute a number from `inputs` and `targets` and end with `value`. */
export type CodeOf = (state: ViewState) => string[];

export interface View<N extends string = string, K extends ViewKnob = ViewKnob> {
  readonly title: string;
  /** Descriptions of its numbers. The first is the key number unless a preset names another. */
  readonly numbers: Readonly<Record<N, string>>;
  /** The slider of the knob `t`, if it is not that of the depth. */
  readonly slider?: { readonly label: string; readonly words: (t: number, state: ViewState) => string };

  /** Knobs that affect it, including cursors. */
  readonly knobs: readonly K[];
  /** Approximate number of block evaluations, which limits the size of a problem. */
  readonly cost: (state: ViewState) => number;
  /** Emits the parts of the picture: `points` first, and `numbers` once. */
  readonly compute: (state: ViewState, engine: Engine, emit: Emit) => void;

  /** Height of the picture for a width, in px. */
  readonly height: (width: number) => number;
  /** Draws the parts received so far. */
  readonly picture: (options: DrawOptions) => Picture;

  /** The numbers that can be recomputed by code. */
  readonly code: Readonly<Partial<Record<N, CodeOf>>>;
  /** The names that this code uses beyond those of code-lines.ts, by the module that exports them. */
  readonly imports?: Readonly<Record<string, readonly string[]>>;

  readonly presets: readonly ViewPreset<N, K>[];
}

/** Checks that code and presets name numbers and knobs of the view. */
export const defineView = <N extends string, K extends ViewKnob>(view: View<N, K>): View => view;
