/** Input controls of the lab; each has a label and works with the keyboard like the browser's own. */
import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type ChoiceKnob, type NumberKnob, typedNumber } from '../../lab/index.ts';
import { positionOf, valueAt } from './knob-scale.ts';

interface KnobProps<K, V> {
  readonly knob: K;
  readonly value: V;
  readonly onInput: (value: V) => void;
}

/** A number field that corrects invalid input and says why. */
function NumberField({
  knob,
  value,
  onInput,
  id,
  onNote,
  used,
}: KnobProps<NumberKnob, number> & {
  readonly id: string;
  /** The value used in place of the special one. */
  readonly used: number | undefined;
  readonly onNote: (note: string | undefined) => void;
}): JSX.Element {
  const { special } = knob;
  const isSpecial = value === special?.value;
  const text = isSpecial ? '' : String(value);
  // While a picture is computed, its parts render the page again: what is being typed must survive that.
  const [typed, setTyped] = useState<string | undefined>(undefined);
  return (
    <input
      id={id}
      type="number"
      min={special?.from ?? knob.min}
      max={knob.max}
      step={knob.kind === 'integer' ? 1 : 'any'}
      value={typed ?? text}
      placeholder={used === undefined ? '' : String(Number(used.toPrecision(3)))}
      aria-describedby={`${id}-note`}
      onInput={(event) => {
        setTyped(event.currentTarget.value);
      }}
      onChange={({ currentTarget: field }) => {
        const { value: taken, note } = typedNumber(knob, field.value, value);
        setTyped(undefined);
        // An unchanged value triggers no render.
        field.value = taken === special?.value ? '' : String(taken);
        onNote(note);
        onInput(taken);
      }}
    />
  );
}

/** The note about the last typed value, until another value arrives. */
function useNote(value: number): readonly [string | undefined, (note: string | undefined) => void] {
  const [said, setSaid] = useState<{ readonly note: string; readonly at: number } | undefined>(undefined);
  const typed = useRef<string | undefined>(undefined);
  useEffect(() => {
    setSaid(typed.current === undefined ? undefined : { note: typed.current, at: value });
    typed.current = undefined;
  }, [value]);
  return [
    said?.note,
    (note) => {
      typed.current = note;
      setSaid(note === undefined ? undefined : { note, at: value });
    },
  ];
}

function Note({ id, text }: { readonly id: string; readonly text: string | undefined }): JSX.Element {
  return (
    <p id={`${id}-note`} class="knob-note" role="status">
      {text}
    </p>
  );
}

/** A checkbox for the special value: `the best`, `same as the seed`. */
function SpecialBox({
  knob,
  value,
  used,
  onInput,
}: KnobProps<NumberKnob, number> & { readonly used: number | undefined }): JSX.Element | null {
  const { special } = knob;
  if (!special) return null;
  return (
    <label class="knob-special">
      <input
        type="checkbox"
        checked={value === special.value}
        onChange={(event) => {
          onInput(
            event.currentTarget.checked
              ? special.value
              : Math.max(special.from, used ?? Math.max(knob.default, special.from)),
          );
        }}
      />
      {special.words}
    </label>
  );
}

/**
 * A number input with an exact field and a slider.
 *
 * @param props.used - the value used by the computation where the value is the special one
 */
export function NumberInput({
  knob,
  value,
  onInput,
  used,
}: KnobProps<NumberKnob, number> & { readonly used?: number | undefined }): JSX.Element {
  const id = useId();
  const [note, setNote] = useNote(value);
  const { label, help, special } = knob;
  const amount = value === special?.value ? (used ?? special.from) : value;
  return (
    <div class="knob" title={help}>
      <label for={id}>{label}</label>
      <NumberField id={id} knob={knob} value={value} used={used} onInput={onInput} onNote={setNote} />
      <SpecialBox knob={knob} value={value} used={used} onInput={onInput} />
      <input
        type="range"
        aria-label={`${label}, slider`}
        min={0}
        max={1}
        step={0.005}
        value={positionOf(knob, amount)}
        aria-valuetext={value === special?.value ? special.words : String(value)}
        onInput={(event) => {
          onInput(valueAt(knob, Number(event.currentTarget.value)));
        }}
      />
      <Note id={id} text={note} />
    </div>
  );
}

/** A seed input with a button for the next seed. */
export function SeedInput({
  knob,
  value,
  onInput,
  used,
}: KnobProps<NumberKnob, number> & { readonly used?: number | undefined }): JSX.Element {
  const id = useId();
  const [note, setNote] = useNote(value);
  return (
    <div class="knob knob-choice" title={knob.help}>
      <label for={id}>{knob.label}</label>
      <span class="knob-seed">
        <NumberField id={id} knob={knob} value={value} used={used} onInput={onInput} onNote={setNote} />
        <button
          type="button"
          class="button"
          title="Next seed"
          onClick={() => {
            onInput(((value === knob.special?.value ? (used ?? 0) : value) + 1) % (knob.max + 1));
          }}
        >
          Next
        </button>
      </span>
      <SpecialBox knob={knob} value={value} used={used} onInput={onInput} />
      <Note id={id} text={note} />
    </div>
  );
}

/** Selects a block parameter by name; choosing the other axis's parameter swaps the two. */
export function ParameterInput({
  knob,
  value,
  names,
  onInput,
}: KnobProps<NumberKnob, number> & { readonly names: readonly string[] }): JSX.Element {
  return (
    <ChoiceInput
      knob={{ ...knob, kind: 'choice', default: '', choices: names }}
      value={names[value] ?? ''}
      onInput={(name) => {
        onInput(names.indexOf(name));
      }}
    />
  );
}

export function ChoiceInput({ knob, value, onInput }: KnobProps<ChoiceKnob, string>): JSX.Element {
  const id = useId();
  return (
    <div class="knob knob-choice" title={knob.help}>
      <label for={id}>{knob.label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          onInput(event.currentTarget.value);
        }}
      >
        {knob.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </div>
  );
}
