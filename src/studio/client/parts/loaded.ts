/** Loads data from the source when a view needs it. */
import { useEffect, useState } from 'preact/hooks';

export type Loaded<T> =
  | { readonly state: 'waiting'; readonly value?: T | undefined }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly error: string; readonly value?: T | undefined };

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reloads when `keys` change; the old value stays until the new one arrives. */
export function useLoaded<T>(read: () => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'waiting' });
  useEffect(() => {
    let wanted = true;
    setLoaded(({ value }) => ({ state: 'waiting', value }));
    read().then(
      (value) => {
        if (wanted) setLoaded({ state: 'ready', value });
      },
      (error: unknown) => {
        if (wanted) setLoaded(({ value }) => ({ state: 'failed', error: messageOf(error), value }));
      },
    );
    return () => {
      wanted = false;
    };
  }, keys);
  return loaded;
}
