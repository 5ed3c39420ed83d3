/** The lab's state: a preset and the changed knobs, both stored in the URL. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import {
  cursorKnobs,
  type KnobName,
  knobNames,
  type LabState,
  type Preset,
  presets,
  presetState,
  salvage,
  valueFrom,
} from '../../lab/index.ts';
import { amend, go, place } from '../location.ts';
import { hrefTo } from '../routes.ts';

const first: Preset = presets[0]!;

/** The preset named by the URL, `#/lab/<preset>?..`; the first one by default. */
export const preset: ReadonlySignal<Preset> = computed(() => {
  const name = place.value.path[1];
  return presets.find((one) => one.name === name) ?? first;
});

/** The unchanged state of the preset. */
const base: ReadonlySignal<LabState> = computed(() => presetState(preset.value));

/** The state of the URL, and what was left out of it because it is invalid. */
const read = computed((): { readonly state: LabState; readonly problem?: string } => {
  const name = place.value.path[1];
  const start = base.value;
  if (name !== undefined && name !== preset.value.name)
    return { state: start, problem: `the lab has no preset ${JSON.stringify(name)}: showing the first one` };
  const turned = Object.fromEntries(
    Object.entries(place.value.query).map(([knob, text]) => [
      knob,
      (knobNames as readonly string[]).includes(knob) ? valueFrom(knob as KnobName, text) : text,
    ]),
  );
  const { state, problems } = salvage(start, turned);
  return {
    state,
    ...(problems.length > 0 && { problem: `Left out of the address: ${problems.join('; ')}` }),
  };
});

export const state: ReadonlySignal<LabState> = computed(() => read.value.state);
export const addressProblem: ReadonlySignal<string | undefined> = computed(() => read.value.problem);

/** The part of a state that affects the computation, as text: without cursors, so that moving one computes nothing. */
export const computedKeyOf = (of: LabState): string =>
  JSON.stringify(Object.fromEntries(Object.entries(of).filter(([name]) => !cursorKnobs.includes(name))));
export const computedKey: ReadonlySignal<string> = computed(() => computedKeyOf(state.value));

/** Slider positions. The URL follows with a delay; the picture does not wait for it. */
export const t = signal(1);
export const s = signal(1);
effect(() => {
  t.value = state.value.t;
});
effect(() => {
  s.value = state.value.s;
});

/**
 * Changes knobs; those at the preset's value are removed from the URL.
 *
 * @param of - path of the preset that the change belongs to; without effect if another one is shown by now
 */
export function turn(changes: Partial<LabState>, of?: readonly string[]): void {
  const start = base.peek();
  amend(
    Object.fromEntries(
      Object.entries(changes).map(([name, value]) => [
        name,
        value === start[name as KnobName] ? undefined : String(value),
      ]),
    ),
    of,
  );
}

export const presetHref = (name: string): string => hrefTo(['lab', name]);

/** Whether any knob differs from the preset, or the address has an invalid one. */
export const isTurned: ReadonlySignal<boolean> = computed(
  () =>
    addressProblem.value !== undefined ||
    knobNames.some((name) => !cursorKnobs.includes(name) && state.value[name] !== base.value[name]),
);

/** Restores the preset. */
export function reset(): void {
  go(presetHref(preset.peek().name));
}
