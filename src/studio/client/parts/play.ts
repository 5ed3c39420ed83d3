/** What plays by itself: from where it stands to its end, with reduced motion in single steps. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { reducedMotion } from './media.ts';

/** With reduced motion: one step of so much, one in so many ms. */
const stillStep = 0.05;
const stillEvery = 600;

export interface PlayOptions {
  /** From one end to the other, in ms. */
  readonly playFor: number;
  /** Where it stands, 0 .. 1: asked once, when it begins; at the end it begins anew. */
  readonly from: () => number;
  /** Called once a frame while it plays, with 0 .. 1. */
  readonly move: (to: number) => void;
}

export interface Playing {
  readonly playing: boolean;
  readonly toggle: () => void;
  readonly stop: () => void;
}

/** Stops at its end, and with its component. */
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
