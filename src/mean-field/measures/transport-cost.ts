/** Costs of moving mass, in a unit of length in which powers of distances neither overflow nor underflow. */
import { UsageError } from '../../errors.ts';
import type { Points } from './points.ts';

interface Scaled {
  /** Unit of length; costs are in units of its power p. */
  readonly unit: number;
  /** Whether a non-zero cost underflowed to 0, as for large p. */
  readonly vanished: boolean;
}

interface TransportCost extends Scaled {
  /** (|x_i - y_j| / unit)^p, [x.count, y.count]. */
  readonly cost: Float64Array;
}

/** The cost of a plan between two laws. */
export interface TotalCost extends Scaled {
  readonly total: number;
}

/** Limit on the size of a cost matrix. */
const maxBytes = 2 ** 32;

/**
 * The power of two below the largest range of a coordinate over both point sets: dividing by it is exact.
 *
 * Halves each number first, as the difference of two large ones may be infinite.
 */
export function unitOf(x: Points, y: Points): number {
  let range = 0;
  for (let c = 0; c < x.k; c++) {
    let [low, high] = [Infinity, -Infinity];
    for (const { theta, k } of [x, y])
      for (let at = c; at < theta.length; at += k) {
        low = Math.min(low, theta[at]!);
        high = Math.max(high, theta[at]!);
      }
    range = Math.max(range, high / 2 - low / 2);
  }
  return range === 0 ? 1 : 2 ** Math.max(-1000, Math.floor(Math.log2(range)));
}

/** (a - b) / unit, for a unit from {@link unitOf}, which is a power of two. */
export function scaledDifference(unit: number): (a: number, b: number) => number {
  const inverse = 1 / unit;
  if (unit < 2 ** 1000) return (a, b) => (a - b) * inverse;
  return (a, b) => (a / 2 - b / 2) * inverse * 2;
}

/**
 * Takes differences before squares, so that equal points cost exactly 0.
 *
 * @param watch - called before each row; throw to cancel
 */
export function transportCost(
  x: Points,
  y: Points,
  p: number,
  { unit = unitOf(x, y), watch }: { readonly unit?: number; readonly watch?: (done: number) => void } = {},
): TransportCost {
  const bytes = 8 * x.count * y.count;
  if (bytes > maxBytes)
    throw new UsageError(
      `the distances of ${x.count} and ${y.count} particles need ${(bytes / 2 ** 30).toPrecision(3)} GiB, above ` +
        `${maxBytes / 2 ** 30}: use slicedWasserstein or fewer particles`,
    );
  const cost = new Float64Array(x.count * y.count);
  const { k } = x;
  const difference = scaledDifference(unit);
  for (let i = 0, at = 0; i < x.count; i++) {
    watch?.(0);
    for (let j = 0; j < y.count; j++, at++) {
      let square = 0;
      for (let c = 0; c < k; c++) square += difference(x.theta[i * k + c]!, y.theta[j * k + c]!) ** 2;
      cost[at] = square;
    }
  }
  if (p === 2) return { cost, unit, vanished: false };
  // In units of the largest distance, the largest power is 1.
  const largest = cost.reduce((max, one) => Math.max(max, one), 0) || 1;
  const powers = cost.map((square) => (square / largest) ** (p / 2));
  const vanished = powers.some((power, at) => power === 0 && cost[at]! > 0);
  return { cost: powers, unit: Math.sqrt(largest) * unit, vanished };
}

/** unit (total mass)^{1/p}. @throws UsageError if it or an intermediate power overflows */
export function distanceOf({ total, unit, vanished }: TotalCost, { mass }: Points, p: number): number {
  if (total === 0 && vanished)
    throw new UsageError(`p = ${p} is too large: (distance / largest distance)^p underflows (below 5e-324)`);
  const distance = p === 2 ? Math.sqrt(total) * Math.sqrt(mass) : total ** (1 / p) * mass ** (1 / p);
  return finiteResult('the distance', distance * unit);
}

/** @throws UsageError unless the value is finite */
export function finiteResult(what: string, value: number): number {
  if (!Number.isFinite(value))
    throw new UsageError(`${what} overflows (above 1.8e308): rescale the particles`);
  return value;
}
