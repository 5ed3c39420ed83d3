/** Memoizes a value that is built during drawing. */
import { useRef } from 'preact/hooks';

/** Returns a function that reuses its last value while all keys are unchanged. */
export function useMemoizer<T>(): (keys: readonly unknown[], make: () => T) => T {
  const cache = useRef<{ readonly keys: readonly unknown[]; readonly value: T } | undefined>(undefined);
  return (keys, make) => {
    const last = cache.current;
    if (last?.keys.length === keys.length && last.keys.every((key, i) => Object.is(key, keys[i])))
      return last.value;
    const value = make();
    cache.current = { keys, value };
    return value;
  };
}
