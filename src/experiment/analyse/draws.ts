/** Subsets and permutations for experiments on blocks: all of them if they are few, else distinct random ones. */
import type { CounterStream } from '../../data/index.ts';

export interface Drawn<T> {
  readonly items: readonly T[];
  /** Whether these are all subsets or permutations. */
  readonly all: boolean;
}

/** n! / (k! (n - k)!). */
export function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return Math.round(value);
}

/** Subsets of k of 0 .. n - 1, each in ascending order; at most `max`. */
export function drawSubsets(n: number, k: number, max: number, random: CounterStream): Drawn<number[]> {
  if (binomial(n, k) <= max) return { items: allSubsets(n, k), all: true };
  return { items: different(max, () => randomSubset(n, k, random)), all: false };
}

function allSubsets(n: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  return Array.from({ length: Math.max(0, n - from - k + 1) }, (_, i) => from + i).flatMap((first) =>
    allSubsets(n, k - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

/** Floyd's algorithm: uniform, with k draws. */
function randomSubset(n: number, k: number, random: CounterStream): number[] {
  const chosen = new Set<number>();
  for (let j = n - k; j < n; j++) {
    const t = random.below(j + 1);
    chosen.add(chosen.has(t) ? j : t);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** `count` distinct draws; the caller ensures that there are more than that. */
function different<T>(count: number, draw: () => T): T[] {
  const found = new Map<string, T>();
  while (found.size < count) {
    const item = draw();
    found.set(JSON.stringify(item), item);
  }
  return [...found.values()];
}

/**
 * Permutations of several lists of the given sizes, each within itself, whose Kendall tau distance from the identity
 * (inverted pairs, summed over the lists) is `distance`; at most `max`, uniformly drawn.
 *
 * A permutation is drawn as its inversion table: entry i of a list is the number of earlier members that come after
 * member i, any number from 0 to i, and the distance is the sum of the entries.
 */
export function drawPermutations(
  sizes: readonly number[],
  distance: number,
  max: number,
  random: CounterStream,
): Drawn<number[][]> {
  const limits = sizes.flatMap((size) => Array.from({ length: size }, (_, i) => i));
  const ways = waysToSum(limits, distance);
  const total = ways[0]?.[distance] ?? 0;
  const toOrders = (table: readonly number[]): number[][] => {
    let from = 0;
    return sizes.map((size) => fromInversions(table.slice(from, (from += size))));
  };
  if (total <= max) return { items: allTables(limits, distance, ways).map(toOrders), all: true };
  return { items: different(max, () => toOrders(randomTable(limits, distance, ways, random))), all: false };
}

/** The maximum distance: every list reversed. */
export const maxInversions = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);

/** ways[i][d]: in how many ways entries i, i + 1, .. within their limits sum to d. */
function waysToSum(limits: readonly number[], distance: number): number[][] {
  const ways: number[][] = [Array.from({ length: distance + 1 }, (_, d) => (d === 0 ? 1 : 0))];
  for (const limit of [...limits].reverse()) {
    const after = ways[0]!;
    ways.unshift(
      after.map((_, d) => {
        let sum = 0;
        for (let value = 0; value <= Math.min(limit, d); value++) sum += after[d - value] ?? 0;
        return sum;
      }),
    );
  }
  return ways;
}

function allTables(
  limits: readonly number[],
  distance: number,
  ways: readonly number[][],
  i = 0,
): number[][] {
  if (i === limits.length) return [[]];
  return Array.from({ length: Math.min(limits[i] ?? 0, distance) + 1 }, (_, value) => value).flatMap(
    (value) =>
      (ways[i + 1]?.[distance - value] ?? 0) > 0
        ? allTables(limits, distance - value, ways, i + 1).map((rest) => [value, ...rest])
        : [],
  );
}

function randomTable(
  limits: readonly number[],
  distance: number,
  ways: readonly number[][],
  random: CounterStream,
): number[] {
  let rest = distance;
  return limits.map((limit, i) => {
    let at = random.uniform() * (ways[i]?.[rest] ?? 0);
    let value = 0;
    for (; value < Math.min(limit, rest); value++) {
      at -= ways[i + 1]?.[rest - value] ?? 0;
      if (at < 0) break;
    }
    rest -= value;
    return value;
  });
}

/** The order of 0 .. n - 1 in which table[i] of the members below i come after i. */
function fromInversions(table: readonly number[]): number[] {
  const order: number[] = [];
  table.forEach((later, i) => {
    order.splice(order.length - later, 0, i);
  });
  return order;
}

/** Evenly spaced integers from 0 to `last`, at most `max`, including both ends. */
export function spreadOver(last: number, max: number): number[] {
  if (last < max) return Array.from({ length: last + 1 }, (_, i) => i);
  return Array.from({ length: max }, (_, i) => Math.round((i * last) / (max - 1)));
}
