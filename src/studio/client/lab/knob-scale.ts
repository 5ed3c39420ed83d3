/** Where a value stands on its slider: sliders of wide ranges are finer near their low end. */
import type { NumberKnob } from '../../lab/knobs.ts';

/** Where the slider begins: what is no amount is not on it. */
const lowOf = ({ min, special }: NumberKnob): number => special?.from ?? min;

/** A knob whose usual value lies in the first part of its range has a curved slider. */
const curveOf = (knob: NumberKnob): number => {
  const { max, default: usual } = knob;
  const min = lowOf(knob);
  const share = (usual - min) / (max - min);
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

/** The value at a position: whole where the knob is, else of three digits. */
export function valueAt(knob: NumberKnob, position: number): number {
  const min = lowOf(knob);
  const value = min + (knob.max - min) * position ** curveOf(knob);
  return knob.kind === 'integer'
    ? Math.round(value)
    : Math.min(knob.max, Math.max(min, Number(value.toPrecision(3))));
}
