/** Smooths curves without a lag, and finds the nearest point of a curve. */
import { bisector } from 'd3-array';

/**
 * The weighted mean around each x with weights exp(-|x_i - x_j| / reach). It looks both ways, so unlike a running
 * average it does not lag. A value is also weighted by the distance to the previous x, since it is the mean over that
 * span. Missing values stay missing.
 *
 * @param x - ascending
 * @param reach - in units of x; 0 leaves the values unchanged
 */
export function smooth(
  x: readonly number[],
  y: readonly (number | null)[],
  reach: number,
): (number | null)[] {
  if (!(reach > 0)) return [...y];
  const n = x.length;
  const [sums, weights] = [new Float64Array(n), new Float64Array(n)];
  const standsFor = (i: number): number => (n < 2 ? 1 : i > 0 ? x[i]! - x[i - 1]! : x[1]! - x[0]!) || 1;
  // Each direction is a recursion: the running sum decays by exp(-gap / reach).
  const pass = (indices: (k: number) => number): void => {
    let [sum, weight, last] = [0, 0, NaN];
    for (let k = 0; k < n; k++) {
      const i = indices(k);
      const fade = k === 0 ? 0 : Math.exp(-Math.abs(x[i]! - last) / reach);
      sum *= fade;
      weight *= fade;
      // The value itself must count once over both directions.
      sums[i] = sums[i]! + sum;
      weights[i] = weights[i]! + weight;
      const value = y[i];
      if (value !== null && value !== undefined && Number.isFinite(value)) {
        sum += value * standsFor(i);
        weight += standsFor(i);
      }
      last = x[i]!;
    }
  };
  pass((k) => k);
  pass((k) => n - 1 - k);
  return y.map((value, i) => {
    const there = value !== null && Number.isFinite(value);
    return there ? (sums[i]! + value * standsFor(i)) / (weights[i]! + standsFor(i)) : null;
  });
}

/**
 * Index of the x nearest to `at`; -1 if `at` lies beyond either end by more than half the last gap: there the curve
 * has no value.
 */
export function indexAt(x: readonly number[], at: number): number {
  const i = nearest(x, at);
  const beyond = Math.max(x[0]! - at, at - x.at(-1)!);
  const gap = x.length < 2 ? 0 : i === 0 ? x[1]! - x[0]! : x[i]! - x[i - 1]!;
  return beyond > gap / 2 ? -1 : i;
}

const positions = bisector((x: number) => x);

/** Index of the x nearest to `at`, the first one in a tie; -1 if there is none. */
export function nearest(x: readonly number[], at: number): number {
  if (!x.length) return -1;
  const i = positions.center(x, at);
  return i > 0 && at - x[i - 1]! <= x[i]! - at ? i - 1 : i;
}
