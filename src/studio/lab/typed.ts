/** Converts typed or slider input to the value of a knob. */
import type { NumberKnob } from './knobs.ts';
import { allowed } from './state.ts';

export interface Typed {
  readonly value: number;
  /** One-line reason why the value differs from the input. */
  readonly note?: string;
}

/** @param before - the value kept if the text is not a number */
export function typedNumber(knob: NumberKnob, text: string, before: number): Typed {
  const given = Number(text);
  if (text.trim() === '' || !Number.isFinite(given))
    return { value: before, note: `this is ${allowed(knob)}` };
  const value = Math.min(knob.max, Math.max(knob.min, knob.kind === 'integer' ? Math.round(given) : given));
  if (value === given) return { value };
  return { value, note: `${String(given).replace('-', '\u2212')} is not ${allowed(knob)}: ${knob.why}` };
}

/** Slider position as stored in the URL: finer than it can be set by hand, but not more. */
export const cursorValue = (value: number): number => Number(value.toFixed(3));
