/**
 * Cancellation and progress of long calls, one mechanism for all of them.
 *
 * A long call takes {@link LongCallOptions} among its options, creates one watch with {@link watchCall}, and calls it
 * between its native calls.
 */
import { unexpected } from './check.ts';
import { AbortError } from './errors.ts';

/**
 * An `AbortSignal`, or any object with its two properties. A synchronous call does not return to the event loop, so
 * timers and other events cannot abort it. An abort must come from a callback of the call (`onProgress`, your own f),
 * or from an object whose `aborted` is computed on access, such as {@link timeLimit}.
 */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** Progress of a call. `done / total` is the fraction done. */
export interface Progress {
  /** In the unit of `total`: steps, rows, or the length of the interval being solved. */
  readonly done: number;
  /** Undefined if the end is not known in advance. */
  readonly total: number | undefined;
}

export type OnProgress = (progress: Progress) => void;

export interface LongCallOptions {
  /**
   * Stops the call with an {@link AbortError} at the first step after `signal.aborted` becomes true. A synchronous call
   * does not see `AbortSignal.timeout`, which waits for the event loop: pass a {@link timeLimit} instead.
   */
  readonly signal?: AbortSignalLike | undefined;
  /** Called at each step. An exception from it ends the call. */
  readonly onProgress?: OnProgress | undefined;
}

/** The names of {@link LongCallOptions}, for `checkOptions`. */
export const longCallKeys = { signal: true, onProgress: true } as const;

/**
 * Ends a call whose signal is aborted; long calls do this between their steps.
 *
 * @param call - the name of the call, for the message
 * @throws AbortError, with `signal.reason` as its cause, if the signal is aborted
 */
export function throwIfAborted(signal: AbortSignalLike | undefined, call: string): void {
  if (signal?.aborted) throw new AbortError(`${call} was aborted${reasonText(signal.reason)}`, signal.reason);
}

/** The default reason of an AbortController only says that it was aborted. */
function reasonText(reason: unknown): string {
  const text = reason instanceof Error ? (reason.name === 'AbortError' ? '' : reason.message) : reason;
  return typeof text === 'string' && text !== '' ? `: ${text}` : '';
}

/**
 * Checks the two options and the signal once, and returns the function to call between native calls: it reports
 * progress, then checks the signal.
 *
 * @throws UsageError if `signal` or `onProgress` is invalid; AbortError if the signal is already aborted
 */
export function watchCall(
  call: string,
  { signal, onProgress }: LongCallOptions,
): (done: number, total?: number) => void {
  if (signal !== undefined && typeof (signal as AbortSignalLike | null)?.aborted !== 'boolean')
    throw unexpected('an AbortSignal', `signal of ${call}`, signal);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw unexpected('a function', `onProgress of ${call}`, onProgress);
  throwIfAborted(signal, call);
  return (done, total) => {
    onProgress?.({ done, total });
    throwIfAborted(signal, call);
  };
}

const minInterval = 50;

/** Calls `watch` the first time, then at most every 50 ms: for loops with many short steps, some of which may be long. */
export function throttled<A extends readonly number[]>(watch: (...progress: A) => void): typeof watch {
  let last = -Infinity;
  return (...progress) => {
    const now = performance.now();
    if (now - last < minInterval) return;
    last = now;
    watch(...progress);
  };
}

/** A signal that is aborted after this many milliseconds, even during a synchronous call. */
export function timeLimit(milliseconds: number): AbortSignalLike {
  if (!(milliseconds >= 0)) throw unexpected('a number >= 0', 'timeLimit', milliseconds);
  const end = performance.now() + milliseconds;
  return {
    get aborted() {
      return performance.now() >= end;
    },
    reason: new Error(`the time limit of ${milliseconds} ms has passed`),
  };
}
