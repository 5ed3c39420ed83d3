/** Fewer points of a line, and smoother ones. */

/** Evenly spaced members, at most `most`, the first and the last among them. */
export function thin<T>(points: readonly T[], most: number): readonly T[] {
  if (points.length <= most) return points;
  const stride = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => points[Math.round(i * stride)] as T);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Mean of the neighbours under a Gaussian of standard deviation `width` (in x), without a lag.
 *
 * @param points - sorted by x, finite
 */
export function smooth(points: readonly Point[], width: number): Point[] {
  if (!(width > 0)) return [...points];
  let first = 0;
  return points.map(({ x }) => {
    while ((points[first]?.x ?? Infinity) < x - 3 * width) first++;
    let [sum, weights] = [0, 0];
    for (let i = first; i < points.length; i++) {
      const other = points[i]!;
      if (other.x > x + 3 * width) break;
      const weight = Math.exp(-0.5 * ((other.x - x) / width) ** 2);
      sum += weight * other.y;
      weights += weight;
    }
    return { x, y: sum / weights };
  });
}
