import { expect, it, vi } from 'vitest';
import { throwIfAborted, type Progress, throttled, timeLimit, watchCall } from './cancel.ts';
import { AbortError, MeanfieldError, UsageError } from './errors.ts';

it("an abort is a named error with Node's name, code and cause", () => {
  const controller = new AbortController();
  throwIfAborted(controller.signal, 'integrate');
  const reason = new Error('the user pressed stop');
  controller.abort(reason);
  try {
    throwIfAborted(controller.signal, 'integrate');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(AbortError);
    expect(error).toBeInstanceOf(MeanfieldError);
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
    expect((error as Error).message).toBe('integrate was aborted: the user pressed stop');
  }
});

it('reasons of every kind give one line', () => {
  const text = (reason?: unknown) => {
    try {
      throwIfAborted(AbortSignal.abort(reason), 'sweep');
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(text()).toBe('sweep was aborted');
  expect(text('enough')).toBe('sweep was aborted: enough');
  expect(text({ any: 1 })).toBe('sweep was aborted');
  expect(text(null)).toBe('sweep was aborted');
});

it('a watch reports progress before it checks the signal', () => {
  const controller = new AbortController();
  const seen: Progress[] = [];
  const watch = watchCall('verify', {
    signal: controller.signal,
    onProgress: (progress) => {
      seen.push(progress);
      if (progress.done === 2) controller.abort();
    },
  });
  watch(1, 3);
  expect(() => {
    watch(2, 3);
  }).toThrow('verify was aborted');
  expect(seen).toEqual([
    { done: 1, total: 3 },
    { done: 2, total: 3 },
  ]);
});

it('a call whose signal is already aborted does not begin', () => {
  expect(() => watchCall('sweep', { signal: AbortSignal.abort() })).toThrow(AbortError);
});

it('a signal or a callback of another kind is refused', () => {
  const refused: readonly (readonly [object, string])[] = [
    [{ signal: new AbortController() }, 'expected an AbortSignal for signal of sweep, got'],
    [{ signal: true }, 'expected an AbortSignal for signal of sweep, got true (boolean)'],
    [{ signal: null }, 'expected an AbortSignal for signal of sweep, got null (null)'],
    [{ onProgress: 'print' }, 'expected a function for onProgress of sweep, got "print" (string)'],
  ];
  for (const [options, message] of refused) {
    expect(() => watchCall('sweep', options)).toThrow(UsageError);
    expect(() => watchCall('sweep', options)).toThrow(message);
  }
});

it('a time limit stops a call that never returns to the event loop', () => {
  const watch = watchCall('integrate', { signal: timeLimit(5) });
  expect(() => {
    for (;;) watch(0);
  }).toThrow('integrate was aborted: the time limit of 5 ms has passed');
  expect(() => timeLimit(NaN)).toThrow('expected a number >= 0 for timeLimit, got NaN');
});

it('a throttled watch is called by time, not by count', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const seen: (readonly [number, number])[] = [];
    const watch = throttled((done: number, total: number) => {
      seen.push([done, total]);
    });
    for (let i = 1; i <= 1000; i++) watch(i, 2000);
    expect(seen).toEqual([[1, 2000]]);
    vi.advanceTimersByTime(60);
    watch(1001, 2000);
    watch(1002, 2000);
    vi.advanceTimersByTime(60);
    watch(1003, 2000);
    expect(seen).toEqual([
      [1, 2000],
      [1001, 2000],
      [1003, 2000],
    ]);
  } finally {
    vi.useRealTimers();
  }
});
