/** Maps values to slider positions; sliders with wide ranges are finer near the low end. */
import type { NumberKnob } from '../../lab/index.ts';

/** Start of the slider; special values are not on it. */
const lowOf = ({ min, special }: NumberKnob): number => special?.from ?? min;

/** A knob with a default in the lower part of its range has a nonlinear slider. */
const curveOf = (knob: NumberKnob): number => {
  const { max, default: defaultValue } = knob;
  const min = lowOf(knob);
  const share = (defaultValue - min) / (max - min);
  return share > 0.25 || share <= 0
    ? share <= 0 && max - min > 20
      ? 3
      : 1
    : Math.min(4, Math.log(share) / Math.log(0.4));
};

/** 0 .. 1 */
export function positionOf(knob: NumberKnob, value: number): number {
  const min = lowOf(knob);
  const share = (Math.min(knob.max, Math.max(min, value)) - min) / (knob.max - min);
  return share ** (1 / curveOf(knob));
}

/** The value at a position: rounded to an integer, or to three significant digits. */
export function valueAt(knob: NumberKnob, position: number): number {
  const min = lowOf(knob);
  const value = min + (knob.max - min) * position ** curveOf(knob);
  return knob.kind === 'integer'
    ? Math.round(value)
    : Math.min(knob.max, Math.max(min, Number(value.toPrecision(3))));
}
