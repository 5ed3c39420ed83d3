/** Inputs of the lab: each has its name and works with the keyboard as the browser's own do. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { ChoiceKnob, NumberKnob } from '../../lab/knobs.ts';
import { valueAt, positionOf } from './knob-scale.ts';

interface KnobProps<K, V> {
  readonly knob: K;
  readonly value: V;
  readonly onInput: (value: V) => void;
}

/** A number: to be typed exactly, or found with a slider. */
export function NumberInput({ knob, value, onInput }: KnobProps<NumberKnob, number>): JSX.Element {
  const id = useId();
  const { label, help, min, max, kind } = knob;
  const typed = (text: string): void => {
    const given = Number(text);
    if (text.trim() !== '' && Number.isFinite(given)) {
      const inside = Math.min(max, Math.max(min, given));
      onInput(kind === 'integer' ? Math.round(inside) : inside);
    }
  };
  return (
    <div class="knob" title={help}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={min}
        max={max}
        step={kind === 'integer' ? 1 : 'any'}
        value={value}
        onChange={(event) => {
          typed(event.currentTarget.value);
        }}
      />
      <input
        type="range"
        aria-label={`${label}, slider`}
        min={0}
        max={1}
        step={0.005}
        value={positionOf(knob, value)}
        aria-valuetext={String(value)}
        onInput={(event) => {
          onInput(valueAt(knob, Number(event.currentTarget.value)));
        }}
      />
    </div>
  );
}

/** A seed: to be typed, or the next one. */
export function SeedInput({ knob, value, onInput }: KnobProps<NumberKnob, number>): JSX.Element {
  const id = useId();
  return (
    <div class="knob knob-choice" title={knob.help}>
      <label for={id}>{knob.label}</label>
      <span class="knob-seed">
        <input
          id={id}
          type="number"
          min={knob.min}
          max={knob.max}
          step={1}
          value={value}
          onChange={(event) => {
            const { valueAsNumber } = event.currentTarget;
            if (Number.isFinite(valueAsNumber))
              onInput(Math.round(Math.min(knob.max, Math.max(knob.min, valueAsNumber))));
          }}
        />
        <button
          type="button"
          class="button"
          title="another draw"
          onClick={() => {
            onInput((value + 1) % (knob.max + 1));
          }}
        >
          next
        </button>
      </span>
    </div>
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
