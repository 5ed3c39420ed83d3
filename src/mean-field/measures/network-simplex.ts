/**
 * The transportation problem: moves the supplies of n rows to the demands of m columns at minimal total cost, by
 * the primal network simplex method on a strongly feasible spanning tree (Cunningham 1976; block pricing as in
 * LEMON, Kiraly and Kovacs 2012). Exact up to rounding, with dual prices as proof of optimality.
 */
import { InternalError } from '../../errors.ts';

/** An optimal plan: mass goes between at most n + m - 1 pairs of a row and a column. */
export interface Transport {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly mass: Float64Array;
  /** sum of mass times cost. */
  readonly cost: number;
  /** rowPrice_i + columnPrice_j <= cost_ij, with equality where mass goes. */
  readonly rowPrice: Float64Array;
  readonly columnPrice: Float64Array;
}

/** A balanced transportation problem. */
interface TransportProblem {
  /** [n, m], row-major; finite and not negative. */
  readonly cost: Float64Array;
  /** [n] and [m]; positive, with equal sums. */
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  /** Called after each pivot; throw to cancel. */
  readonly watch?: ((pivots: number) => void) | undefined;
}

/** Reduced costs within this many times the rounding of the prices count as 0. */
const rounding = 2 ** -50;

/** An optimal plan of the transportation problem. @throws InternalError if the pivot limit is exceeded */
export function networkSimplex(problem: TransportProblem): Transport {
  const { cost, supply, demand, watch } = problem;
  const columns = demand.length;
  const tree = new SpanningTree(problem);
  const enters = pricing(cost, columns, tree.price);
  // Far more than any instance needs; in theory, only Bland's rule guarantees an end.
  const maxPivots = 1e6 + 1000 * (supply.length + columns);
  for (let pivots = 1; ; pivots++) {
    const arc = enters();
    if (arc === -1) return tree.transport();
    tree.pivot(arc);
    watch?.(pivots);
    if (pivots > maxPivots)
      throw new InternalError(`the network simplex did not converge in ${maxPivots} pivots`);
  }
}

/** The next arc that lowers the cost: the best arc of a block, cycling through the blocks; -1 if there is none. */
function pricing(cost: Float64Array, columns: number, price: Float64Array): () => number {
  const count = cost.length;
  const rows = count / columns;
  const block = Math.max(16, Math.ceil(Math.sqrt(count)));
  let [at, row, column] = [0, 0, 0];
  return () => {
    let [lowest, best] = [0, -1];
    for (let seen = 0, left = block; seen < count; seen++) {
      const value = cost[at]!;
      const [from, to] = [price[row]!, price[rows + column]!];
      const reduced = value + from - to;
      if (reduced < lowest) {
        const size = Math.max(value, Math.abs(from), Math.abs(to));
        if (reduced < -rounding * size) [lowest, best] = [reduced, at];
      }
      at++;
      if (++column === columns) {
        column = 0;
        if (++row === rows) [row, at] = [0, 0];
      }
      if (--left === 0) {
        if (best !== -1) return best;
        left = block;
      }
    }
    return best;
  };
}

/**
 * A basis. Rows, columns and a root are nodes, and each node but the root has one arc to its parent. Arcs to the
 * root are artificial. Arcs without flow point to the root, which prevents cycling.
 */
class SpanningTree {
  /** Node potentials: the reduced cost of an arc is value + price_row - price_column, 0 for arcs in the tree. */
  readonly price: Float64Array;
  readonly #cost: Float64Array;
  readonly #rows: number;
  readonly #columns: number;
  /** More than half of the largest cost: a route through the root is never optimal. */
  readonly #artificialCost: number;
  readonly #parent: Int32Array;
  /** The arc to the parent (-1 if artificial), whether it points to the parent, and its flow. */
  readonly #arc: Int32Array;
  readonly #upward: Uint8Array;
  readonly #flow: Float64Array;
  readonly #depth: Int32Array;
  /** Children as a doubly linked list, terminated by -1. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  constructor({ cost, supply, demand }: TransportProblem) {
    const [rows, columns] = [supply.length, demand.length];
    const root = rows + columns;
    const integers = (value: number): Int32Array => new Int32Array(root + 1).fill(value);
    this.#cost = cost;
    this.#rows = rows;
    this.#columns = columns;
    this.#artificialCost = cost.reduce((max, one) => Math.max(max, one), 0) || 1;
    this.price = new Float64Array(root + 1);
    this.#parent = integers(root);
    this.#arc = integers(-1);
    this.#upward = new Uint8Array(root + 1).fill(1, 0, rows);
    this.#flow = new Float64Array(root + 1);
    this.#flow.set(supply);
    this.#flow.set(demand, rows);
    this.#depth = integers(1);
    this.#depth[root] = 0;
    this.#first = integers(-1);
    this.#next = integers(-1);
    this.#previous = integers(-1);
    for (let node = root - 1; node >= 0; node--) this.#attach(node, root);
    for (let node = 0; node < root; node++) this.#setPrice(node);
  }

  /** Adds an arc to the tree and removes the arc that blocks its flow. */
  pivot(arc: number): void {
    const from = Math.floor(arc / this.#columns);
    const to = this.#rows + (arc % this.#columns);
    const join = this.#ancestor(from, to);
    // Choosing the last blocking arc of the cycle, from the join along the entering arc, keeps the tree strongly
    // feasible.
    let [maxFlow, leaving, fromSide] = [Infinity, -1, true];
    for (let node = from; node !== join; node = this.#parent[node]!)
      if (this.#upward[node] && this.#flow[node]! < maxFlow) [maxFlow, leaving] = [this.#flow[node]!, node];
    for (let node = to; node !== join; node = this.#parent[node]!)
      if (!this.#upward[node] && this.#flow[node]! <= maxFlow)
        [maxFlow, leaving, fromSide] = [this.#flow[node]!, node, false];
    if (maxFlow > 0) {
      this.#push(from, join, -maxFlow);
      this.#push(to, join, maxFlow);
    }
    this.#graft(fromSide ? from : to, fromSide ? to : from, leaving, {
      arc,
      upward: fromSide,
      flow: maxFlow,
    });
  }

  /** The pairs that carry mass, and the prices. */
  transport(): Transport {
    const [rows, columns] = [this.#rows, this.#columns];
    const nodes = Array.from({ length: rows + columns }, (_, node) => node).filter(
      (node) => this.#arc[node] !== -1 && this.#flow[node]! > 0,
    );
    const arcs = nodes.map((node) => this.#arc[node]!);
    return {
      row: Int32Array.from(arcs, (arc) => Math.floor(arc / columns)),
      column: Int32Array.from(arcs, (arc) => arc % columns),
      mass: Float64Array.from(nodes, (node) => this.#flow[node]!),
      cost: nodes.reduce((sum, node) => sum + this.#flow[node]! * this.#cost[this.#arc[node]!]!, 0),
      rowPrice: this.price.slice(0, rows).map((price) => -price),
      columnPrice: this.price.slice(rows, rows + columns),
    };
  }

  #ancestor(a: number, b: number): number {
    while (a !== b) {
      if (this.#depth[a]! >= this.#depth[b]!) a = this.#parent[a]!;
      else b = this.#parent[b]!;
    }
    return a;
  }

  /** Adds flow towards the root on the path from a node up to an ancestor. */
  #push(node: number, ancestor: number, flow: number): void {
    for (; node !== ancestor; node = this.#parent[node]!)
      this.#flow[node] = this.#flow[node]! + (this.#upward[node] ? flow : -flow);
  }

  /** Moves the part of the tree below `leaving` to another node; `inside` becomes the root of that part. */
  #graft(
    inside: number,
    outside: number,
    leaving: number,
    entering: { readonly arc: number; readonly upward: boolean; readonly flow: number },
  ): void {
    let [node, parent, arc, upward, flow] = [
      inside,
      outside,
      entering.arc,
      entering.upward ? 1 : 0,
      entering.flow,
    ];
    for (;;) {
      const before = { parent: this.#parent[node]!, arc: this.#arc[node]!, upward: this.#upward[node]! };
      const carried = this.#flow[node]!;
      this.#detach(node);
      this.#attach(node, parent);
      this.#arc[node] = arc;
      this.#upward[node] = upward;
      this.#flow[node] = flow;
      if (node === leaving) break;
      [parent, node, arc, upward, flow] = [node, before.parent, before.arc, 1 - before.upward, carried];
    }
    this.#refresh(inside);
  }

  /** Recomputes the depths and prices of a node and its descendants. */
  #refresh(top: number): void {
    for (let node = top; ;) {
      this.#depth[node] = this.#depth[this.#parent[node]!]! + 1;
      this.#setPrice(node);
      if (this.#first[node] !== -1) node = this.#first[node]!;
      else {
        while (node !== top && this.#next[node] === -1) node = this.#parent[node]!;
        if (node === top) return;
        node = this.#next[node]!;
      }
    }
  }

  #setPrice(node: number): void {
    const cost = this.#arc[node] === -1 ? this.#artificialCost : this.#cost[this.#arc[node]!]!;
    this.price[node] = this.price[this.#parent[node]!]! + (this.#upward[node] ? -cost : cost);
  }

  #attach(node: number, parent: number): void {
    const first = this.#first[parent]!;
    this.#parent[node] = parent;
    this.#next[node] = first;
    this.#previous[node] = -1;
    if (first !== -1) this.#previous[first] = node;
    this.#first[parent] = node;
  }

  #detach(node: number): void {
    const [next, previous] = [this.#next[node]!, this.#previous[node]!];
    if (next !== -1) this.#previous[next] = previous;
    if (previous !== -1) this.#next[previous] = next;
    else this.#first[this.#parent[node]!] = next;
  }
}
