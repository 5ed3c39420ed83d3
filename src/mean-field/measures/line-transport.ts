/** Transport on the line, where the order of the points is the best plan. */
import { isUniform, type Points } from './points.ts';

/**
 * min over plans of sum abs(x_i - y_j)^p pi_ij for points of R, k = 1, of one mass: the integral of
 * abs(F^{-1}(s) - G^{-1}(s))^p over the mass s. O(n log n).
 */
export function lineTransport(x: Points, y: Points, p: number): number {
  const power = (difference: number): number =>
    p === 2 ? difference * difference : Math.abs(difference) ** p;
  if (x.count === y.count && isUniform(x) && isUniform(y)) {
    const [from, to] = [x.theta.slice().sort(), y.theta.slice().sort()];
    return (from.reduce((sum, value, i) => sum + power(value - to[i]!), 0) * x.mass) / x.count;
  }
  const [from, to] = [inOrder(x), inOrder(y)];
  let [i, j, total] = [0, 0, 0];
  let [left, room] = [from.weight[0]!, to.weight[0]!];
  while (i < x.count && j < y.count) {
    const moved = Math.min(left, room);
    total += moved * power(from.theta[i]! - to.theta[j]!);
    left -= moved;
    room -= moved;
    // Both may be used up at once.
    if (left === 0) left = from.weight[++i] ?? 0;
    if (room === 0) room = to.weight[++j] ?? 0;
  }
  return total;
}

function inOrder({ theta, weight }: Points): { theta: Float64Array; weight: Float64Array } {
  const order = Array.from(theta.keys()).sort((a, b) => theta[a]! - theta[b]!);
  return {
    theta: Float64Array.from(order, (i) => theta[i]!),
    weight: Float64Array.from(order, (i) => weight[i]!),
  };
}
