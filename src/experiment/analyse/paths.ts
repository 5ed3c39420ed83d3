/**
 * The gradient as a sum over paths. At the trajectory of an image each step is the map I + h J before the mask M of the projection,
 * so that the transposed Jacobian of the whole net is
 *
 *   prod_l (M_l + h_l J_l^T M_l) = sum over subsets S of the blocks of [through the branch of l in S, past the others],
 *
 * with the transitions as fixed maps in between.
 */
import { CounterStream } from '../../data/index.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { DrawOptions } from './deletion.ts';
import { binomial, drawSubsets, spreadOver } from './draws.ts';
import { costatesOf, imageNorms, type Link, linearise } from './linearised.ts';
import { blockCount, type OpenNet } from './net.ts';
import type { Batch } from './plans.ts';

/** A piece of the chain: what comes after it has been passed, its blocks are expanded. */
export interface Piece {
  readonly links: readonly Link[];
  /** The costate at its end. */
  readonly end: Tensor;
}

/** g_k, k = 0 .. n: the sum over the paths through the branches of k blocks, by a series in eps (each branch carries one). */
export function gradientByOrder({ links, end }: Piece): Tensor[] {
  let orders: Tensor[] = [end];
  for (const link of [...links].reverse())
    orders = scope(() => {
      if (link.kind === 'fixed') return orders.map((p) => link.pull(p));
      const passed = orders.map((p) => link.mask(p));
      const through = passed.map((q) => ops.mulScalar(link.pull(q), link.h));
      return Array.from({ length: orders.length + 1 }, (_, k) => {
        const [past, changed] = [passed[k], through[k - 1]];
        return past && changed ? ops.add(past, changed) : (past ?? changed!);
      });
    });
  return orders;
}

interface Node {
  readonly children: Map<boolean, Node>;
  readonly subsets: number[];
}

/** Calls `found` with the gradient of the one path that each subset (of places, counted from 0 in depth) stands for. */
export function gradientsOfPaths(
  { links, end }: Piece,
  subsets: readonly (readonly number[])[],
  found: (subset: number, gradient: Tensor) => void,
): void {
  const blocks = links.filter(({ kind }) => kind === 'block').length;
  // What paths share at the end of the net is computed once.
  const root: Node = { children: new Map(), subsets: [] };
  subsets.forEach((subset, index) => {
    const inside = new Set(subset);
    let at = root;
    for (let place = blocks - 1; place >= 0; place--) {
      const next = at.children.get(inside.has(place)) ?? { children: new Map<boolean, Node>(), subsets: [] };
      at.children.set(inside.has(place), next);
      at = next;
    }
    at.subsets.push(index);
  });
  const visit = (node: Node, at: number, p: Tensor): void => {
    const link = links[at];
    if (!link) {
      for (const index of node.subsets) found(index, p);
      return;
    }
    if (link.kind === 'fixed')
      scope(() => {
        visit(node, at - 1, link.pull(p));
      });
    else
      for (const [through, child] of node.children)
        scope(() => {
          const q = link.mask(p);
          visit(child, at - 1, through ? ops.mulScalar(link.pull(q), link.h) : q);
        });
  };
  visit(root, links.length - 1, end);
}

/** Everything about the paths of one piece of the net: the whole of it, or a stage. */
export interface PathLengths {
  readonly piece: string;
  readonly blocks: number;
  /** Path lengths k. Where there are many blocks, `measured` knows some of them. */
  readonly lengths: readonly number[];
  /** C(n, k) / 2^n: the share of all paths. */
  readonly counted: readonly number[];
  /** Mean over paths of length k (all, or drawn) and images of norm(g_S); undefined where not measured. */
  readonly pathNorm: readonly (number | undefined)[];
  /** Number of paths measured of each length. */
  readonly draws: readonly number[];
  /** C(n, k) pathNorm_k over its sum: the share of all path gradients. */
  readonly measured: readonly (number | undefined)[];
  /** sum_x g_k . g / sum_x g . g: what order k adds along the gradient g; the sum over k is 1. */
  readonly signed: readonly number[];
  /** Mean norm(g_k) over mean norm(g). */
  readonly orderNorm: readonly number[];
  /** The mean path length under `measured`, and under the count (n / 2). */
  readonly meanLength: number;
  /** norm(sum_k g_k - g) / norm(g), g by the adjoint. */
  readonly sumError: number;
}

/** Most lengths whose paths are measured one by one. */
const mostLengths = 13;

class Sums {
  readonly path: number[];
  readonly order: number[];
  readonly along: number[];
  norm = 0;
  square = 0;
  rest = 0;
  constructor(n: number) {
    const zero = (): number[] => new Array<number>(n + 1).fill(0);
    this.path = zero();
    this.order = zero();
    this.along = zero();
  }
}

export function measurePaths(
  net: OpenNet,
  batches: readonly Batch[],
  { draws, seed }: DrawOptions,
): PathLengths[] {
  const pieces = [
    { name: 'whole net', n: blockCount(net), stage: undefined },
    ...net.stages.map(({ name, blocks }, s) => ({ name, n: blocks.length, stage: s })),
  ].filter(({ n }) => n > 0);
  const drawn = pieces.map(({ n }, i) =>
    spreadOver(n, mostLengths).map((k) => ({
      k,
      items: drawSubsets(n, k, draws, new CounterStream(seed, 'analysis', 3 + i, k)).items,
    })),
  );
  const sums = pieces.map(({ n }) => new Sums(n));
  let count = 0;
  for (const batch of batches)
    noGrad(() => {
      scope(() => {
        const linear = linearise(net, batch);
        const costates = costatesOf(linear);
        count += linear.images;
        pieces.forEach(({ stage }, i) => {
          const at = linear.links.map((link, j) => ({ link, j }));
          const own =
            stage === undefined ? at : at.filter(({ link }) => link.kind === 'block' && link.s === stage);
          const piece = { links: own.map(({ link }) => link), end: costates[own.at(-1)!.j + 1]! };
          addPiece(piece, costates[own[0]!.j]!, drawn[i]!, sums[i]!);
        });
      });
    });
  return pieces.map(({ name, n }, i) => lengthsOf(name, n, drawn[i]!, sums[i]!, count));
}

interface DrawnLength {
  readonly k: number;
  readonly items: readonly (readonly number[])[];
}

function addPiece(piece: Piece, gradient: Tensor, drawn: readonly DrawnLength[], sums: Sums): void {
  const total = (x: Tensor): number => ops.sum(imageNorms(x)).item();
  scope(() => {
    const orders = gradientByOrder(piece);
    orders.forEach((order, k) => {
      sums.order[k]! += total(order);
      sums.along[k]! += ops.sum(ops.mul(order, gradient)).item();
    });
    sums.norm += total(gradient);
    sums.square += ops.norm(gradient).item() ** 2;
    const sum = orders.reduce((so, order) => ops.add(so, order));
    sums.rest += ops.norm(ops.sub(sum, gradient)).item() ** 2;
  });
  const lengths = drawn.flatMap(({ k, items }) => items.map(() => ({ k, share: 1 / items.length })));
  gradientsOfPaths(
    piece,
    drawn.flatMap(({ items }) => items),
    (index, path) => {
      const { k, share } = lengths[index]!;
      sums.path[k]! += share * scope(() => total(path));
    },
  );
}

function lengthsOf(
  piece: string,
  n: number,
  drawn: readonly DrawnLength[],
  sums: Sums,
  count: number,
): PathLengths {
  const lengths = Array.from({ length: n + 1 }, (_, k) => k);
  const known = new Map(drawn.map(({ k, items }) => [k, items.length]));
  const pathNorm = lengths.map((k) => (known.has(k) ? (sums.path[k] ?? NaN) / count : undefined));
  const weights = pathNorm.map((norm, k) => (norm === undefined ? undefined : norm * binomial(n, k)));
  // Where some lengths are left out, the shares are those among the measured ones.
  const whole = weights.reduce<number>((sum, weight) => sum + (weight ?? 0), 0);
  const measured = weights.map((weight) => (weight === undefined ? undefined : weight / whole));
  return {
    piece,
    blocks: n,
    lengths,
    counted: lengths.map((k) => binomial(n, k) / 2 ** n),
    pathNorm,
    draws: lengths.map((k) => known.get(k) ?? 0),
    measured,
    signed: sums.along.map((along) => along / sums.square),
    orderNorm: sums.order.map((order) => order / sums.norm),
    meanLength: measured.reduce<number>((sum, share, k) => sum + k * (share ?? 0), 0),
    sumError: Math.sqrt(sums.rest / sums.square),
  };
}
