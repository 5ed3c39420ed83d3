/** Playback from the current position to the end; in single steps with reduced motion. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { reducedMotion } from './media.ts';

/** With reduced motion: step size and time between steps in ms. */
const stillStep = 0.05;
const stillEvery = 600;

interface PlayOptions {
  /** Time from end to end, in ms. */
  readonly playFor: number;
  /** Current position in [0, 1], read once at the start; from the end, playback restarts. */
  readonly from: () => number;
  /** Called once per frame with the position in [0, 1]. */
  readonly move: (to: number) => void;
}

interface Playing {
  readonly playing: boolean;
  readonly toggle: () => void;
  readonly stop: () => void;
}

/** Stops at the end and when the component unmounts. */
export function usePlaying(options: PlayOptions): Playing {
  const [playing, setPlaying] = useState(false);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    if (!playing) return undefined;
    const still = reducedMotion.peek();
    let before = performance.now();
    let at = latest.current.from();
    if (at >= 1) at = 0;
    let frame = 0;
    const tick = (): void => {
      const now = performance.now();
      if (!still || now - before >= stillEvery) {
        at = Math.min(1, at + (still ? stillStep : (now - before) / latest.current.playFor));
        before = now;
        latest.current.move(at);
        if (at >= 1) {
          setPlaying(false);
          return;
        }
      }
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [playing]);
  return {
    playing,
    toggle: () => {
      setPlaying(!playing);
    },
    stop: () => {
      setPlaying(false);
    },
  };
}
