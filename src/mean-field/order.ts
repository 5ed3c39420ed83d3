/** The order of particles in depth, and its changes. */
import { checkNumbers } from '../check.ts';
import { UsageError } from '../errors.ts';

/**
 * The indices that sort `tau`. Particles at the same depth keep their creation order.
 *
 * @throws UsageError unless `tau` is a list of finite numbers
 */
export function sortedOrder(tau: ArrayLike<number>): number[] {
  return orderOf(checkNumbers('tau', tau, {}));
}

/** {@link sortedOrder} of positions that may have diverged: NaN stays in its place. */
export function orderOf(tau: readonly number[]): number[] {
  return tau.map((_, index) => index).sort((a, b) => tau[a]! - tau[b]! || a - b);
}

/** A change of order, with every pair of particles that it exchanges. */
export interface Swap {
  /** Particles by creation index, in the order before and after the swap. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly pairs: readonly (readonly [number, number])[];
}

/**
 * The swap that turns one order into another; undefined if the orders are equal.
 *
 * @throws UsageError unless both orders are lists of the same particles
 */
export function swapBetween(from: ArrayLike<number>, to: ArrayLike<number>): Swap | undefined {
  const [before, after] = [checkNumbers('the order before', from), checkNumbers('the order after', to)];
  const rank = new Map(after.map((particle, position) => [particle, position]));
  if (rank.size !== before.length || after.length !== before.length || !before.every((one) => rank.has(one)))
    throw new UsageError(
      `a swap exchanges the same particles: the orders are [${before.join(', ')}] and [${after.join(', ')}]`,
    );
  const pairs: [number, number][] = [];
  before.forEach((first, i) => {
    for (const second of before.slice(i + 1))
      if ((rank.get(first) ?? 0) > (rank.get(second) ?? 0)) pairs.push([first, second]);
  });
  return pairs.length ? { before, after, pairs } : undefined;
}

/**
 * The number of particles that share a depth with another, beyond the first at each depth.
 *
 * @throws UsageError unless `tau` is a list of finite numbers
 */
export function countTies(tau: ArrayLike<number>): number {
  const depths = checkNumbers('tau', tau, {});
  return depths.length - new Set(depths).size;
}
