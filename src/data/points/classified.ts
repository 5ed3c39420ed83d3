/** Shared by the sets of classified points in the plane. */
import { CounterStream } from '../random.ts';
import type { PointSet } from '../types.ts';

/** One point of a class, from its own random numbers. */
export type DrawPoint = (label: number, random: CounterStream) => readonly [x: number, y: number];

/**
 * `count` points with classes 0, 1, .. in turn, with normal noise of standard deviation `noise`. Point i depends on
 * (seed, i) alone: a larger set starts with the points of a smaller one.
 */
export function classifiedPoints(
  name: string,
  { count, noise, seed, classes }: { count: number; noise: number; seed: number; classes: number },
  draw: DrawPoint,
): PointSet {
  const inputs = new Float64Array(2 * count);
  const targets = new Float64Array(classes * count);
  const labels = new Int32Array(count);
  const random = new CounterStream(seed, 'points');
  for (let i = 0; i < count; i++) {
    const label = i % classes;
    const [x, y] = draw(label, random.at(0, i));
    inputs[2 * i] = x + noise * random.normal();
    inputs[2 * i + 1] = y + noise * random.normal();
    targets[classes * i + label] = 1;
    labels[i] = label;
  }
  return { name, inputs, targets, count, dimension: 2, outputs: classes, labels };
}
