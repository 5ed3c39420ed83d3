/** A picture that is made anew only when what it is made from has changed. */
import { useRef } from 'preact/hooks';

/** A function that gives the value of before where all keys are the same as then. */
export function useKept<T>(): (keys: readonly unknown[], make: () => T) => T {
  const kept = useRef<{ readonly keys: readonly unknown[]; readonly value: T } | undefined>(undefined);
  return (keys, make) => {
    const last = kept.current;
    if (last?.keys.length === keys.length && last.keys.every((key, i) => Object.is(key, keys[i])))
      return last.value;
    const value = make();
    kept.current = { keys, value };
    return value;
  };
}
