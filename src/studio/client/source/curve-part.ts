/** Downsamples a range of curves in the page, as the server does for a run's file. */
import { mapCurves, type StepCurves } from '../../protocol/index.ts';
import type { StepRange } from './source.ts';

/**
 * Returns the points of a range, at most `points` of them. If there are more, each point is a bucket of neighbours:
 * the mean loss and error over all their steps, the minimum and maximum loss, and everything else from the last step.
 */
export function curvePart(curves: StepCurves, { points, from = 0, to = Infinity }: StepRange): StepCurves {
  const inside = curves.step.flatMap((step, i) => (step >= from && step <= to ? [i] : []));
  const total = Math.min(points, inside.length);
  const buckets = Array.from({ length: total }, (_, b) =>
    inside.slice(Math.floor((b * inside.length) / total), Math.floor(((b + 1) * inside.length) / total)),
  );
  return {
    ...mapCurves(curves, (column) => buckets.map((bucket) => column[bucket.at(-1)!]!)),
    loss: buckets.map((bucket) => meanOf(curves.loss, curves.step, bucket)),
    error: buckets.map((bucket) => meanOf(curves.error, curves.step, bucket)),
    lossMin: buckets.map((bucket) => over(curves.lossMin, bucket, Math.min)),
    lossMax: buckets.map((bucket) => over(curves.lossMax, bucket, Math.max)),
  };
}

/** Mean over steps, where the inputs are buckets: each is weighted by its number of steps. */
function meanOf(
  column: readonly (number | null)[],
  steps: readonly number[],
  bucket: readonly number[],
): number | null {
  const [only, ...others] = bucket;
  if (only !== undefined && !others.length) return column[only] ?? null;
  let [sum, count] = [0, 0];
  for (const i of bucket) {
    const value = column[i] ?? null;
    if (value === null) continue;
    // A point's step is the last of its bucket, which starts after the previous point.
    const own = steps[i]! - (steps[i - 1] ?? 0);
    sum += own * value;
    count += own;
  }
  return count > 0 ? sum / count : null;
}

const over = (
  column: readonly (number | null)[],
  bucket: readonly number[],
  choose: (...values: number[]) => number,
): number | null => {
  const values = bucket.flatMap((i) => column[i] ?? []);
  return values.length ? choose(...values) : null;
};
