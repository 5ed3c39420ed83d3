/** The presets of all views, in the order of the talk's slides. */
import { checkOneOf } from '../../check.ts';
import { type LabState, labState } from './state.ts';
import { viewNames, type ViewName, views } from './views/index.ts';
import type { ViewPreset } from './views/view.ts';

export interface Preset extends Omit<ViewPreset, 'slide' | 'state'> {
  /** Knobs that differ from the defaults. */
  readonly state: Partial<LabState> & { readonly view: ViewName };
}

export const presets: readonly Preset[] = viewNames
  .flatMap((view) => views[view].presets.map((preset) => ({ view, preset })))
  .sort((a, b) => a.preset.slide - b.preset.slide)
  .map(({ view, preset: { name, title, state, formula, look, key } }) => ({
    name,
    title,
    state: { view, ...state },
    formula,
    look,
    key,
  }));

export const presetNames: readonly string[] = presets.map(({ name }) => name);

/** @throws UsageError for an unknown name, with the nearest one as a suggestion */
export function findPreset(name: string): Preset {
  checkOneOf('preset', name, presetNames);
  return presets.find((one) => one.name === name)!;
}

/** The complete state of a preset. */
export const presetState = ({ state }: Preset): LabState => labState(state);
