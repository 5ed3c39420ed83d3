/** What is typed, or found with a slider, as the value of a knob. */
import type { NumberKnob } from './knobs.ts';
import { allowed } from './state.ts';

export interface Typed {
  readonly value: number;
  /** Why it is not what was typed, in a line. */
  readonly note?: string;
}

/** @param before - the value that is kept where the text is no number */
export function typedNumber(knob: NumberKnob, text: string, before: number): Typed {
  const given = Number(text);
  if (text.trim() === '' || !Number.isFinite(given))
    return { value: before, note: `this is ${allowed(knob)}` };
  const value = Math.min(knob.max, Math.max(knob.min, knob.kind === 'integer' ? Math.round(given) : given));
  if (value === given) return { value };
  return { value, note: `${String(given).replace('-', '\u2212')} is not ${allowed(knob)}: ${knob.why}` };
}

/** Where a slider of depth or of a training stands, as the address has it: finer than it can be set by hand, and no finer. */
export const cursorValue = (value: number): number => Number(value.toFixed(3));
