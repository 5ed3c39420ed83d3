/** The linear assignment problem: assigns n rows to n columns at minimal total cost. */
import { checkInteger } from '../../check.ts';
import { UsageError } from '../../errors.ts';

/**
 * An optimal assignment with dual prices that prove it: rowPrice_i + columnPrice_j <= cost_ij, with equality if i
 * is assigned to j.
 */
export interface Assignment {
  /** The column of each row. */
  readonly columnOf: Int32Array;
  readonly cost: number;
  readonly rowPrice: Float64Array;
  readonly columnPrice: Float64Array;
}

/**
 * Solves the assignment problem by shortest augmenting paths (Jonker and Volgenant 1987, in the form of Crouse
 * 2016): O(n^3), exact up to rounding.
 *
 * @param cost - [n, n], row-major
 * @param watch - called before the search for each row's path; throw to cancel
 * @throws UsageError unless the costs are n n finite numbers
 */
export function assignment(
  cost: Float64Array,
  n: number,
  watch?: (done: number, total: number) => void,
): Assignment {
  checkInteger('n', n, { min: 1 });
  if (cost.length !== n * n)
    throw new UsageError(`an assignment of ${n} needs ${n * n} costs, got ${cost.length}`);
  const bad = cost.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UsageError(
      `the cost of row ${Math.floor(bad / n)}, column ${bad % n} is ${cost[bad]}: costs must be finite`,
    );
  const state = reduced(cost, n);
  for (let row = 0; row < n; row++) {
    if (state.columnOf[row] !== -1) continue;
    watch?.(row, n);
    augment(cost, n, state, row);
  }
  let total = 0;
  for (let i = 0; i < n; i++) total += cost[i * n + state.columnOf[i]!]!;
  const { columnOf, rowPrice, columnPrice } = state;
  return { columnOf, cost: total, rowPrice, columnPrice };
}

interface State {
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
  readonly rowPrice: Float64Array;
  readonly columnPrice: Float64Array;
}

/**
 * Initial prices from the minimal cost of each column, then of each row, and the rows that can be assigned at
 * these prices.
 */
function reduced(cost: Float64Array, n: number): State {
  const columnPrice = cost.slice(0, n);
  for (let i = 1, at = n; i < n; i++)
    for (let j = 0; j < n; j++, at++) if (cost[at]! < columnPrice[j]!) columnPrice[j] = cost[at]!;
  const rowPrice = new Float64Array(n);
  const columnOf = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    let [smallest, column] = [Infinity, 0];
    for (let j = 0; j < n; j++) {
      const rest = cost[i * n + j]! - columnPrice[j]!;
      if (rest < smallest || (rest === smallest && rowOf[column] !== -1)) [smallest, column] = [rest, j];
    }
    rowPrice[i] = smallest;
    if (rowOf[column] !== -1) continue;
    rowOf[column] = i;
    columnOf[i] = column;
  }
  return { columnOf, rowOf, rowPrice, columnPrice };
}

/** Assigns one more row along the shortest path in reduced costs (Dijkstra), and updates the prices. */
function augment(cost: Float64Array, n: number, state: State, start: number): void {
  const { columnOf, rowOf, rowPrice, columnPrice } = state;
  const distance = new Float64Array(n).fill(Infinity);
  const before = new Int32Array(n);
  const open = Int32Array.from({ length: n }, (_, j) => j);
  let count = n;
  let [row, reach, sink] = [start, 0, -1];
  while (sink === -1) {
    let [smallest, nearest] = [Infinity, 0];
    const offset = reach - rowPrice[row]!;
    for (let at = 0; at < count; at++) {
      const j = open[at]!;
      const through = offset + cost[row * n + j]! - columnPrice[j]!;
      if (through < distance[j]!) {
        distance[j] = through;
        before[j] = row;
      }
      const d = distance[j]!;
      if (d < smallest || (d === smallest && rowOf[j] === -1)) {
        smallest = d;
        nearest = at;
      }
    }
    const column = open[nearest]!;
    // Move the closed column behind the open ones.
    open[nearest] = open[--count]!;
    open[count] = column;
    reach = smallest;
    if (rowOf[column] === -1) sink = column;
    else row = rowOf[column]!;
  }
  rowPrice[start] = rowPrice[start]! + reach;
  for (let at = count; at < n; at++) {
    const column = open[at]!;
    const change = reach - distance[column]!;
    columnPrice[column] = columnPrice[column]! - change;
    const owner = rowOf[column]!;
    if (owner !== -1) rowPrice[owner] = rowPrice[owner]! + change;
  }
  for (let column = sink; ;) {
    const owner = before[column]!;
    rowOf[column] = owner;
    const next = columnOf[owner]!;
    columnOf[owner] = column;
    if (owner === start) return;
    column = next;
  }
}
