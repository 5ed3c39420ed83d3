/** A slider through depth or through a training, which can play. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { Button } from '../parts/controls.tsx';
import { reducedMotion } from '../parts/media.ts';

/** From one end to the other in so many ms; with reduced motion in single steps, one in so many. */
const playFor = 7000;
const stillEvery = 600;
const stillStep = 0.1;

export interface PlaySliderProps {
  readonly label: string;
  readonly value: Signal<number>;
  /** The value in words. */
  readonly words: (value: number) => string;
  /** Told where the slider came to rest, and while it moves. */
  readonly onMove: (value: number) => void;
}

/** The value is 0 .. 1. */
export function PlaySlider({ label, value, words, onMove }: PlaySliderProps): JSX.Element {
  const id = useId();
  const [playing, setPlaying] = useState(false);
  const move = (to: number): void => {
    value.value = to;
    onMove(to);
  };
  useEffect(() => {
    if (!playing) return undefined;
    const still = reducedMotion.peek();
    let before = performance.now();
    let handle = 0;
    if (value.peek() >= 1) move(0);
    const step = (): void => {
      const now = performance.now();
      const next = Math.min(1, value.peek() + (still ? stillStep : (now - before) / playFor));
      before = now;
      move(next);
      if (next >= 1) setPlaying(false);
      else handle = still ? window.setTimeout(step, stillEvery) : requestAnimationFrame(step);
    };
    handle = still ? window.setTimeout(step, stillEvery) : requestAnimationFrame(step);
    return () => {
      if (still) window.clearTimeout(handle);
      else cancelAnimationFrame(handle);
    };
  }, [playing]);
  return (
    <div class="play-slider">
      <Button
        look="plain"
        icon={playing ? 'pause' : 'play'}
        title={`${playing ? 'pause' : 'play'} ${label}`}
        onClick={() => {
          setPlaying(!playing);
        }}
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
          setPlaying(false);
          move(Number(event.currentTarget.value));
        }}
      />
      <output for={id}>{words(value.value)}</output>
    </div>
  );
}
