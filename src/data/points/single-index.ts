/**
 * A single-index model: inputs are standard normal, and the target depends on one hidden direction w alone, y = sin(2
 * <w, x>) + noise. The direction is a function of the seed.
 */
import { CounterStream } from '../random.ts';
import type { PointSet } from '../types.ts';

const link = (projection: number): number => Math.sin(2 * projection);

/** The hidden direction, of length 1. */
export function singleIndexDirection(seed: number, dimension: number): Float64Array {
  const random = new CounterStream(seed, 'points', 1);
  const direction = Float64Array.from({ length: dimension }, () => random.normal());
  const length = Math.hypot(...direction);
  return direction.map((value) => value / length);
}

export function singleIndex({
  count,
  noise,
  seed,
  dimension,
}: {
  count: number;
  noise: number;
  seed: number;
  dimension: number;
}): PointSet {
  const direction = singleIndexDirection(seed, dimension);
  const inputs = new Float64Array(count * dimension);
  const targets = new Float64Array(count);
  const random = new CounterStream(seed, 'points');
  for (let i = 0; i < count; i++) {
    random.at(0, i);
    let projection = 0;
    for (let d = 0; d < dimension; d++) {
      const value = random.normal();
      inputs[i * dimension + d] = value;
      projection += direction[d]! * value;
    }
    targets[i] = link(projection) + noise * random.normal();
  }
  return { name: 'single-index', inputs, targets, count, dimension, outputs: 1 };
}
