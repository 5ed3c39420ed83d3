/** A slider through depth or training that can play. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Button } from '../parts/controls.tsx';
import { usePlaying } from '../parts/play.ts';

/** Playback time from end to end, in ms. */
const playFor = 7000;

interface PlaySliderProps {
  readonly label: string;
  readonly value: Signal<number>;
  /** Describes the value. */
  readonly words: (value: number) => string;
  /** Called with the position while the slider moves and when it stops. */
  readonly onMove: (value: number) => void;
}

/** The value is in [0, 1]. */
export function PlaySlider({ label, value, words, onMove }: PlaySliderProps): JSX.Element {
  const id = useId();
  const move = (to: number): void => {
    value.value = to;
    onMove(to);
  };
  const { playing, toggle, stop } = usePlaying({ playFor, from: () => value.peek(), move });
  return (
    <div class="play-slider">
      <Button
        look="plain"
        icon={playing ? 'pause' : 'play'}
        title={`${playing ? 'pause' : 'play'} ${label}`}
        onClick={toggle}
      >
        <span class="hidden">{`${playing ? 'pause' : 'play'} ${label}`}</span>
      </Button>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.005}
        value={value.value}
        aria-valuetext={words(value.value)}
        onInput={(event) => {
          stop();
          move(Number(event.currentTarget.value));
        }}
      />
      <output for={id}>{words(value.value)}</output>
    </div>
  );
}
