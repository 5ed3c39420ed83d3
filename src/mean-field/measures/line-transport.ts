/** Transport on the line, where sorting the points gives the optimal plan. */
import { isUniform, type Points } from './points.ts';
import { scaledDifference, type TotalCost, unitOf } from './transport-cost.ts';

/**
 * The optimal plan between two laws on R, k = 1, for any convex cost of the difference: mass moves in the order of
 * the points. O(n log n).
 *
 * @param visit - called with each pair of points between which mass moves
 */
export function linePlan(x: Points, y: Points, visit: (i: number, j: number, mass: number) => void): void {
  const [from, to] = [inOrder(x.theta), inOrder(y.theta)];
  let [i, j] = [0, 0];
  let [left, room] = [x.weight[from[0]!]!, y.weight[to[0]!]!];
  while (i < x.count && j < y.count) {
    const moved = Math.min(left, room);
    visit(from[i]!, to[j]!, moved);
    left -= moved;
    room -= moved;
    // Both points may run out of mass at once.
    if (left === 0 && ++i < x.count) left = x.weight[from[i]!]!;
    if (room === 0 && ++j < y.count) room = y.weight[to[j]!]!;
  }
}

/** Indices that sort the values. */
function inOrder(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
}

/** sum pi_ij |x_i - y_j|^p of the optimal plan: the integral of |F^{-1}(s) - G^{-1}(s)|^p over the mass s. */
export function lineCost(x: Points, y: Points, p: number): TotalCost {
  const unit = unitOf(x, y);
  const difference = scaledDifference(unit);
  const moves: (readonly [distance: number, mass: number])[] = [];
  if (x.count === y.count && isUniform(x) && isUniform(y)) {
    // Sorting typed arrays of numbers is much faster than sorting indices by value.
    const [from, to] = [x.theta.slice().sort(), y.theta.slice().sort()];
    from.forEach((value, i) => moves.push([Math.abs(difference(value, to[i]!)), 1 / x.count]));
  } else linePlan(x, y, (i, j, mass) => moves.push([Math.abs(difference(x.theta[i]!, y.theta[j]!)), mass]));
  // In units of the largest distance, the largest power is 1.
  const largest = p === 2 ? 1 : moves.reduce((max, [distance]) => Math.max(max, distance), 0) || 1;
  const total = moves.reduce((sum, [distance, mass]) => sum + mass * (distance / largest) ** p, 0);
  return { total, unit: unit * largest, vanished: false };
}
