/** Recomputes the picture's data when the state changes. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { type LabState, noData, type PictureData, withPart } from '../../lab/index.ts';
import { messageOf } from '../parts/loaded.ts';
import { computedKey, computedKeyOf } from './lab-state.ts';
import type { LabEngine } from './lab-engine.ts';

type Phase =
  | { readonly is: 'computing' }
  | { readonly is: 'done'; readonly milliseconds: number }
  | { readonly is: 'failed'; readonly error: string };

/** The drawn data. The previous picture stays until the first part of the new one arrives, to avoid flicker. */
export const data = signal<PictureData>(noData);
export const phase = signal<Phase>({ is: 'computing' });
/** The state that the data belong to. */
const shownState = signal<LabState | undefined>(undefined);
export const shown: ReadonlySignal<LabState | undefined> = shownState;
/** Whether the knobs were turned since: nothing of the current state has been drawn. */
export const isOld: ReadonlySignal<boolean> = computed(
  () => shownState.value === undefined || computedKeyOf(shownState.value) !== computedKey.value,
);

/** Throttle interval while a knob is being turned, in ms: each request costs the previous one its process. */
const throttleMs = 60;

/** User-timing measures: from a request to the frame with the first parts of its picture, and with all of it. */
const measures = { first: 'lab: request to first picture', whole: 'lab: request to picture' } as const;

function measure(which: keyof typeof measures, start: number): void {
  // The picture is drawn in the next frame; when the frame after it begins, it is on its way to the screen.
  requestAnimationFrame(() => {
    requestAnimationFrame(() => performance.measure(measures[which], { start, end: performance.now() }));
  });
}

/** Computes the state named by the URL until stopped. */
export function keepComputing(engine: LabEngine): () => void {
  let abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  const stop = effect(() => {
    const wanted = computedKey.value;
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        last = performance.now();
        abort.abort();
        abort = new AbortController();
        void compute(engine, JSON.parse(wanted) as LabState, abort.signal);
      },
      Math.max(0, last + throttleMs - performance.now()),
    );
  });
  return () => {
    stop();
    clearTimeout(timer);
    abort.abort();
  };
}

async function compute(engine: LabEngine, state: LabState, stopped: AbortSignal): Promise<void> {
  const started = performance.now();
  phase.value = { is: 'computing' };
  let collected = noData;
  let frame = 0;
  // Parts arrive faster than frames, so the picture is updated once per frame.
  const show = (): void => {
    frame = 0;
    if (stopped.aborted) return;
    if (shownState.peek() !== state) measure('first', started);
    shownState.value = state;
    data.value = collected;
  };
  try {
    await engine.compute(
      state,
      (part) => {
        if (stopped.aborted) return;
        collected = withPart(collected, part);
        if (frame === 0) frame = requestAnimationFrame(show);
      },
      stopped,
    );
    if (stopped.aborted) return;
    cancelAnimationFrame(frame);
    show();
    phase.value = { is: 'done', milliseconds: performance.now() - started };
    measure('whole', started);
  } catch (error) {
    if (!stopped.aborted) phase.value = { is: 'failed', error: messageOf(error) };
  }
}
