import { at } from './array.ts';

/**
 * The gradient of a scalar function by the five-point central difference (-E(x + 2h) + 8 E(x + h) - 8 E(x - h) +
 * E(x - 2h)) / 12h, with an error of order h^4.
 * @param energy reads `x` again on each call
 * @param x changed in place and restored
 * @param entries indices to differentiate, in the order of the result; default: all
 */
export function numericalGradient(
  energy: () => number,
  x: Float64Array,
  { step = 1e-3, entries = Array.from(x.keys()) }: { step?: number; entries?: readonly number[] } = {},
): Float64Array {
  return Float64Array.from(entries, (i) => {
    const centre = at(x, i);
    const moved = (multiple: number): number => {
      x[i] = centre + multiple * step;
      const value = energy();
      x[i] = centre;
      return value;
    };
    return (-moved(2) + 8 * moved(1) - 8 * moved(-1) + moved(-2)) / (12 * step);
  });
}

/**
 * The relative error of a gradient along one direction, the unit vector of the gradient plus half of a random one:
 * every entry of the gradient counts, at the cost of one.
 * @param energy reads `x` again on each call
 * @param x changed in place and restored
 * @param normal standard normal numbers
 */
export function directionalError(
  energy: () => number,
  x: Float64Array,
  gradient: ArrayLike<number>,
  { step, normal }: { step: number; normal: () => number },
): number {
  const unit = (v: Float64Array): Float64Array => {
    const length = Math.hypot(...v);
    return length > 0 ? v.map((value) => value / length) : v;
  };
  const random = unit(x.map(() => normal())).map((value) => value / 2);
  const direction = unit(Float64Array.from(gradient)).map((value, i) => value + at(random, i));
  const centre = x.slice();
  const moved = new Float64Array(1);
  const along = (): number => {
    x.set(centre.map((value, i) => value + at(moved, 0) * at(direction, i)));
    return energy();
  };
  const numeric = numericalGradient(along, moved, { step });
  x.set(centre);
  return relativeError([direction.reduce((sum, value, i) => sum + value * at(gradient, i), 0)], numeric);
}

/** Largest absolute difference divided by the largest absolute entry of `expected`; NaN if either contains NaN. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new RangeError(`relativeError: got ${actual.length} and ${expected.length} numbers`);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(at(actual, i) - at(expected, i)));
    largest = Math.max(largest, Math.abs(at(expected, i)));
    if (Number.isNaN(at(actual, i)) || Number.isNaN(at(expected, i))) return NaN;
  }
  return difference === 0 ? 0 : difference / largest;
}
