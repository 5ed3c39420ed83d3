/**
 * How long calls are stopped, and how they say how far they are: one mechanism for all of them.
 *
 * A long call takes {@link LongCallOptions} among its options, makes one watch with {@link watchCall}, and calls it between
 * its native calls.
 */
import { unexpected } from './check.ts';
import { AbortError } from './errors.ts';

/**
 * An `AbortSignal`, or any object with its two properties. A synchronous call does not return to the event loop, so timers
 * and other events cannot abort it: an abort comes from a callback of the call (`onProgress`, an own f), or from an object
 * whose `aborted` is computed when it is read, such as {@link timeLimit}.
 */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** How much of a call is done. `done / total` is the share. */
export interface Progress {
  /** Of the same unit as `total`: steps, rows, the length of the interval that is solved. */
  readonly done: number;
  /** Undefined where the end is not known before it is reached. */
  readonly total: number | undefined;
}

export type OnProgress = (progress: Progress) => void;

export interface LongCallOptions {
  /**
   * Stops the call with an {@link AbortError} once `signal.aborted`, at the next step. A synchronous call does not see
   * `AbortSignal.timeout`, which waits for the event loop: give it a {@link timeLimit}.
   */
  readonly signal?: StopSignal | undefined;
  /** Called at each step of the call. What it throws ends the call. */
  readonly onProgress?: OnProgress | undefined;
}

/** The names of {@link LongCallOptions}, for `checkOptions`. */
export const longCallKeys = { signal: true, onProgress: true } as const;

/**
 * @param call - the name of the call, for the message
 * @throws AbortError, with `signal.reason` as its cause, if the signal is aborted
 */
export function checkAborted(signal: StopSignal | undefined, call: string): void {
  if (signal?.aborted) throw new AbortError(`${call} was aborted${reasonText(signal.reason)}`, signal.reason);
}

/** The default reason of an AbortController says only that it was aborted. */
function reasonText(reason: unknown): string {
  const text = reason instanceof Error ? (reason.name === 'AbortError' ? '' : reason.message) : reason;
  return typeof text === 'string' && text !== '' ? `: ${text}` : '';
}

/**
 * Checks the two options and the signal once, and returns what the call does between its native calls: tell the progress,
 * then look at the signal.
 *
 * @throws UsageError unless `signal` and `onProgress` are what they should be; AbortError if the signal is aborted already
 */
export function watchCall(
  call: string,
  { signal, onProgress }: LongCallOptions,
): (done: number, total?: number) => void {
  if (signal !== undefined && typeof (signal as StopSignal | null)?.aborted !== 'boolean')
    throw unexpected('an AbortSignal', `signal of ${call}`, signal);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw unexpected('a function', `onProgress of ${call}`, onProgress);
  checkAborted(signal, call);
  return (done, total) => {
    onProgress?.({ done, total });
    checkAborted(signal, call);
  };
}

/** A signal that is aborted once so many milliseconds have passed, also during a synchronous call. */
export function timeLimit(milliseconds: number): StopSignal {
  if (!(milliseconds >= 0)) throw unexpected('a number >= 0', 'timeLimit', milliseconds);
  const end = performance.now() + milliseconds;
  return {
    get aborted() {
      return performance.now() >= end;
    },
    reason: new Error(`the time limit of ${milliseconds} ms has passed`),
  };
}
