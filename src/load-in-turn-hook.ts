/** A module loader hook for Node that loads one module at a time. */
import type { LoadHook } from 'node:module';

let last: Promise<unknown> = Promise.resolve();

export const load: LoadHook = (url, context, nextLoad) => {
  const loading = last.then(() => nextLoad(url, context));
  last = loading.catch(() => undefined);
  return loading;
};
