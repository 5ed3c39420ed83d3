/** Long work in slices, so that other requests have their turn. */

/** Work at a stretch, in ms. */
const slice = 12;

/** Called often; once in a while it waits until what else is due is done. */
export function breather(): () => Promise<void> {
  let until = performance.now() + slice;
  return async () => {
    if (performance.now() < until) return;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + slice;
  };
}
