/**
 * The gradient as a sum over paths. At the trajectory of an image each step is the map I + h J before the mask M of the projection,
 * so that the transposed Jacobian of the whole net is
 *
 *   prod_l (M_l + h_l J_l^T M_l) = sum over subsets S of the blocks of [through the branch of l in S, past the others],
 *
 * with the transitions as fixed maps in between.
 */
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Link } from './linearised.ts';

/** A part of the chain: its blocks are expanded, and the costate has been pulled back to its end. */
export interface Piece {
  readonly links: readonly Link[];
  /** The costate at its end. */
  readonly end: Tensor;
}

/**
 * g_k, k = 0 .. n: the sum over the paths through the branches of k blocks, by a series in eps (each branch carries
 * one).
 */
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

/** Calls `found` with the gradient of the path for each subset (of depth indices, counted from 0). */
export function gradientsOfPaths(
  { links, end }: Piece,
  subsets: readonly (readonly number[])[],
  found: (subset: number, gradient: Tensor) => void,
): void {
  const blocks = links.filter(({ kind }) => kind === 'block').length;
  // The common end of several paths is computed once.
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
