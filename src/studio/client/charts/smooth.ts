/** Noise taken out of a curve without moving it. */

/**
 * The mean around each place with weights exp(-|x_i - x_j| / reach): it looks both ways, so that it does not lag behind as a
 * running average does, and it knows how far apart the places are: each value counts for all that lies between its place and
 * the one before it, of which it is the mean. Missing values count for nothing; where nothing is near, the result is null.
 *
 * @param x - ascending
 * @param reach - in units of x; 0 leaves the values as they are
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
  // Each way is one recursion: what was summed so far fades by exp(-gap / reach).
  const pass = (indices: (k: number) => number): void => {
    let [sum, weight, last] = [0, 0, NaN];
    for (let k = 0; k < n; k++) {
      const i = indices(k);
      const fade = k === 0 ? 0 : Math.exp(-Math.abs(x[i]! - last) / reach);
      sum *= fade;
      weight *= fade;
      // Of both ways together, the value itself counts once.
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
    const own = there ? standsFor(i) : 0;
    const weight = weights[i]! + own;
    return weight > 1e-9 ? (sums[i]! + (there ? value * own : 0)) / weight : null;
  });
}

/** Index of the place nearest to `at`; -1 for no places. */
export function nearest(x: readonly number[], at: number): number {
  let [low, high] = [0, x.length - 1];
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at - x[low - 1]! <= x[low]! - at ? low - 1 : low;
}
