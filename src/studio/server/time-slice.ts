/** Splits long work into time slices, so that other requests are served in between. */

/** Length of a slice, in ms. */
const slice = 12;

/** Returns a function to call often: it yields to the event loop once per slice. */
export function timeSlicer(): () => Promise<void> {
  let until = performance.now() + slice;
  return async () => {
    if (performance.now() < until) return;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + slice;
  };
}
