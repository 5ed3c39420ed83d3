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
