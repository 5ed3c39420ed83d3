/** The knobs of a view in groups: its own first, then data and rho. */
import type { JSX } from 'preact';
import {
  cursorKnobs,
  dataKnobs,
  type Knob,
  type KnobName,
  knobs,
  numbersOf,
  parameterNames,
  pretrainingKnobs,
  rhoKnobs,
  type ViewKnob,
  views,
} from '../../lab/index.ts';
import { Button } from '../parts/controls.tsx';
import { data, isOld } from './computing.ts';
import { ChoiceInput, NumberInput, ParameterInput, SeedInput } from './knobs.tsx';
import { isTurned, preset, reset, state, turn } from './lab-state.ts';
import { OwnPoints } from './own-points.tsx';

const groups: readonly (readonly [string, readonly ViewKnob[]])[] = [
  ['Data', dataKnobs],
  ['Blocks and their law ρ', rhoKnobs],
  ['Pretraining', pretrainingKnobs],
];

export function Controls(): JSX.Element {
  const { view } = state.value;
  const all = views[view].knobs.filter((name) => !cursorKnobs.includes(name));
  // Training steps belong to the view itself if nothing is trained before it.
  const shared = groups.filter(([, names]) => names !== pretrainingKnobs || all.includes('trained'));
  const grouped = new Set(shared.flatMap(([, names]) => names));
  const own = all.filter((name) => !grouped.has(name));
  return (
    <form
      // Notes on a knob of one preset do not apply to another preset.
      key={preset.value.name}
      class="lab-knobs"
      aria-label="Settings of the view"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <p class="lab-reset">
        <Button onClick={reset} disabled={!isTurned.value} title="Reset all settings to the preset">
          Reset
        </Button>
      </p>
      <Group title="This view" names={own} />
      {shared.map(([title, names]) => (
        <Group key={title} title={title} names={names.filter((name) => all.includes(name))} />
      ))}
    </form>
  );
}

function Group({
  title,
  names,
}: {
  readonly title: string;
  readonly names: readonly KnobName[];
}): JSX.Element | null {
  // The user's points are not drawn from a distribution.
  const drawnAlone: readonly KnobName[] = state.value.data === 'csv' ? ['csv', 'noise', 'dataSeed'] : ['csv'];
  const shown = names.filter((name) => !drawnAlone.includes(name));
  if (!shown.length) return null;
  return (
    <fieldset class="knob-group">
      <legend>{title}</legend>
      {shown.map((name) => (
        <AnyKnob key={name} name={name} />
      ))}
      {names.includes('csv') && state.value.data === 'csv' && <OwnPoints />}
    </fieldset>
  );
}

/** `data` and `csv` belong together: the user's points start from an example. */
const example =
  'x1,x2,class\n-1,0,A\n-0.5,0.6,A\n0,0.9,A\n0.5,0.5,A\n0.2,-0.6,B\n0.7,-0.9,B\n1.2,-0.5,B\n1.5,0.1,B\n';

function AnyKnob({ name }: { readonly name: KnobName }): JSX.Element | null {
  const knob: Knob = knobs[name];
  const value = state.value[name];
  const onInput = (given: string | number): void => {
    const withPoints = name === 'data' && given === 'csv' && state.peek().csv === '';
    turn({ [name]: given, ...(withPoints && { csv: example }) });
  };
  switch (knob.kind) {
    case 'choice':
      return <ChoiceInput knob={knob} value={String(value)} onInput={onInput} />;
    case 'integer':
    case 'number':
      if (name === 'axisX' || name === 'axisY') return <AxisInput name={name} />;
      return name === 'seed' || name === 'dataSeed' ? (
        <SeedInput knob={knob} value={Number(value)} onInput={onInput} used={usedFor(name)} />
      ) : (
        <NumberInput knob={knob} value={Number(value)} onInput={onInput} used={usedFor(name)} />
      );
    case 'text':
      return null;
  }
}

/** The value used by the computation if a knob leaves the choice to it: the number of the same name. */
function usedFor(name: KnobName): number | undefined {
  if (name === 'dataSeed') return state.value.seed;
  if (!('special' in knobs[name])) return undefined;
  return isOld.value ? undefined : numbersOf(data.value)[name];
}

/** Selects an axis of a theta plane; choosing the other axis's parameter swaps the two. */
function AxisInput({ name }: { readonly name: 'axisX' | 'axisY' }): JSX.Element {
  const now = state.value;
  const other = name === 'axisX' ? 'axisY' : 'axisX';
  return (
    <ParameterInput
      knob={knobs[name]}
      value={now[name]}
      names={parameterNames(now)}
      onInput={(given) => {
        turn({ [name]: given, ...(given === now[other] && { [other]: now[name] }) });
      }}
    />
  );
}
