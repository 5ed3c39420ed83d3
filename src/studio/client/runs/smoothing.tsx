/** A slider for the smoothing range, stored in the URL. */
import { formatCount } from '../../../draw/index.ts';
import type { JSX } from 'preact';
import { amend } from '../location.ts';
import { reaches } from './curves.ts';

export function Smoothing({
  lastStep,
  reach,
}: {
  readonly lastStep: number;
  readonly reach: number;
}): JSX.Element {
  const values = reaches(lastStep);
  const at = Math.max(
    values.findLastIndex((value) => value <= reach),
    0,
  );
  const words = reach > 0 ? `over ${formatCount(reach)} ${reach === 1 ? 'step' : 'steps'}` : 'none';
  return (
    <label class="slider-line">
      <span>Smoothing</span>
      <input
        type="range"
        min={0}
        max={values.length - 1}
        step={1}
        value={at}
        aria-valuetext={words}
        onInput={(event) => {
          amend({ smooth: String(values[Number(event.currentTarget.value)] ?? 0) });
        }}
      />
      <output>{words}</output>
    </label>
  );
}
