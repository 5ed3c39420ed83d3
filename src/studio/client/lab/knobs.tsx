/** Inputs of the lab: each has its name, its value in words, and works with the keyboard as the browser's own do. */
import { useId } from 'preact/hooks';

interface Named {
  readonly label: string;
  /** What it means; shown beside the name where there is room, and read out. */
  readonly hint?: string;
}

export interface RangeKnobProps extends Named {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onInput: (value: number) => void;
  /** The value as it is shown and read out. */
  readonly format?: (value: number) => string;
  /** Steps of equal factors: the slider moves on the logarithm. min and max are positive. */
  readonly log?: boolean;
}

/** A slider. On a logarithmic one a step is a tenth of a factor of ten, rounded to two digits. */
export function RangeKnob({
  label,
  hint,
  value,
  min,
  max,
  step,
  onInput,
  format = String,
  log = false,
}: RangeKnobProps) {
  const id = useId();
  const [low, high, by, at] = log
    ? [Math.log10(min), Math.log10(max), 0.05, Math.log10(Math.max(value, min))]
    : [min, max, step, value];
  const read = (text: string): number => {
    const position = Number(text);
    return log ? Math.min(max, Math.max(min, Number((10 ** position).toPrecision(2)))) : position;
  };
  return (
    <div class="knob">
      <label for={id} title={hint}>
        {label}
      </label>
      <output for={id}>{format(value)}</output>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={by}
        value={at}
        aria-valuetext={format(value)}
        onInput={(event) => {
          onInput(read(event.currentTarget.value));
        }}
      />
    </div>
  );
}

export interface ChoiceKnobProps<T extends string> extends Named {
  readonly value: T;
  /** Values, and the words for them. */
  readonly options: readonly (readonly [T, string])[];
  readonly onInput: (value: T) => void;
}

export function ChoiceKnob<T extends string>({ label, hint, value, options, onInput }: ChoiceKnobProps<T>) {
  const id = useId();
  return (
    <div class="knob knob-choice">
      <label for={id} title={hint}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find(([name]) => name === event.currentTarget.value);
          if (chosen) onInput(chosen[0]);
        }}
      >
        {options.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

export interface NumberKnobProps extends Named {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onInput: (value: number) => void;
}

/** A number to be typed, such as a seed; nothing is taken while the field holds none. */
export function NumberKnob({ label, hint, value, min, max, step, onInput }: NumberKnobProps) {
  const id = useId();
  return (
    <div class="knob knob-choice">
      <label for={id} title={hint}>
        {label}
      </label>
      <input
        id={id}
        type="number"
        value={value}
        min={min}
        max={max}
        step={step}
        onChange={(event) => {
          const { valueAsNumber } = event.currentTarget;
          if (Number.isFinite(valueAsNumber)) onInput(Math.min(max, Math.max(min, valueAsNumber)));
        }}
      />
    </div>
  );
}
