/** Where a value stands on its slider: sliders of wide ranges are finer near their low end. */
import type { NumberKnob } from '../../lab/knobs.ts';

/** A knob whose usual value lies in the first part of its range has a curved slider. */
const curveOf = ({ min, max, default: usual }: NumberKnob): number => {
  const share = (usual - min) / (max - min);
  return share > 0.25 || share <= 0
    ? share <= 0 && max - min > 20
      ? 3
      : 1
    : Math.min(4, Math.log(share) / Math.log(0.4));
};

/** 0 .. 1 */
export function positionOf(knob: NumberKnob, value: number): number {
  const share = (Math.min(knob.max, Math.max(knob.min, value)) - knob.min) / (knob.max - knob.min);
  return share ** (1 / curveOf(knob));
}

/** The value at a position: whole where the knob is, else of three digits. */
export function valueAt(knob: NumberKnob, position: number): number {
  const value = knob.min + (knob.max - knob.min) * position ** curveOf(knob);
  return knob.kind === 'integer'
    ? Math.round(value)
    : Math.min(knob.max, Math.max(knob.min, Number(value.toPrecision(3))));
}
