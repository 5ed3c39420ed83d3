/** A stretch of curves that were read, in fewer points: what the server does with a run's file, done with its points. */
import { mapCurves, type StepCurves } from '../../protocol/index.ts';
import type { StepRange } from './source.ts';

interface Loss {
  readonly mean: number | null;
  readonly least: number | null;
  readonly largest: number | null;
}

const found = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/**
 * The points of a range, at most so many. Where there are more, a point stands for a bucket of neighbours: the loss is
 * the mean over all their steps, with the least and the largest beside it; all else is of the last.
 */
export function curvePart(curves: StepCurves, { points, from = 0, to = Infinity }: StepRange): StepCurves {
  const inside = curves.step.flatMap((step, i) => (step >= from && step <= to ? [i] : []));
  const total = Math.min(points, inside.length);
  const buckets = Array.from({ length: total }, (_, b) =>
    inside.slice(Math.floor((b * inside.length) / total), Math.floor(((b + 1) * inside.length) / total)),
  );
  const losses = buckets.map((bucket) => lossOf(curves, bucket));
  return {
    ...mapCurves(curves, (column) => buckets.map((bucket) => column[bucket.at(-1)!]!)),
    loss: losses.map(({ mean }) => mean),
    lossMin: losses.map(({ least }) => least),
    lossMax: losses.map(({ largest }) => largest),
  };
}

/** Of points that are buckets of steps themselves: each counts by its steps. */
function lossOf({ step, loss, lossMin, lossMax }: StepCurves, bucket: readonly number[]): Loss {
  const [only, ...others] = bucket;
  if (only !== undefined && !others.length)
    return { mean: loss[only]!, least: lossMin[only]!, largest: lossMax[only]! };
  let [sum, steps] = [0, 0];
  for (const i of bucket) {
    const mean = loss[i]!;
    if (mean === null) continue;
    // A point's step is the last of its bucket, so that it begins after the point before.
    const count = step[i]! - (step[i - 1] ?? 0);
    sum += count * mean;
    steps += count;
  }
  const [least, largest] = [lossMin, lossMax].map((column) => found(bucket.map((i) => column[i]!)));
  return {
    mean: steps > 0 ? sum / steps : null,
    least: least?.length ? Math.min(...least) : null,
    largest: largest?.length ? Math.max(...largest) : null,
  };
}
