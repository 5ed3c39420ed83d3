/**
 * A net linearised at the trajectory of a batch: a chain of maps with their transposed Jacobians, from the stem to the
 * last stage. In evaluation mode images are independent of each other, so a costate is that of each image's own loss
 * E_x.
 */
import { crossEntropy, evaluationMode } from '../../nn/index.ts';
import { enableGrad, grad, noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { type OpenNet, blockSlices, type StageFlow, takeStep } from './net.ts';
import type { Batch } from './plans.ts';

/** A transition: a fixed map. */
interface FixedLink {
  readonly kind: 'fixed';
  /** The transposed Jacobian times p. */
  readonly pull: (p: Tensor) => Tensor;
}

/** A step X^{l+1} = P(X^l + h f(X^l)) of an exchangeable block. */
export interface BlockLink {
  readonly kind: 'block';
  /** Index of the stage, and of the step within it. */
  readonly s: number;
  readonly l: number;
  readonly h: number;
  /** X^l and X^{l+1}. */
  readonly before: Tensor;
  readonly after: Tensor;
  /** M p: the costate before the projection P, where M is P's Jacobian (0 where relu cuts off, else 1). */
  readonly mask: (p: Tensor) => Tensor;
  /** J^T p, J = f'(X^l). */
  readonly pull: (p: Tensor) => Tensor;
}

export type Link = FixedLink | BlockLink;

export interface Linearised {
  /** In depth order. */
  readonly links: readonly Link[];
  /** X(x, 0). */
  readonly start: Tensor;
  /** dE_x/dX after the last stage. */
  readonly costate: Tensor;
  /** Sum over the images of E_x. */
  readonly loss: number;
  readonly images: number;
}

/** Its graphs live as long as the scope in which it is created. */
export function linearise(net: OpenNet, { images, labels }: Batch): Linearised {
  return noGrad(() => {
    const links: Link[] = [];
    const start = net.begin(images);
    let state = start;
    net.stages.forEach((flow, s) => {
      if (flow.hasTransition) {
        const before = state;
        const { value, pull } = withPull(before, (x) => flow.stage.enter(x, evaluationMode));
        links.push({ kind: 'fixed', pull });
        state = value;
      }
      blockSlices(flow).forEach((slice, l) => {
        const after = takeStep(slice, state, flow.steps[l] ?? 1, flow.projection);
        links.push(blockLink(flow, s, l, state, after));
        state = after;
      });
    });
    const { loss, costate } = lossAt(net, state, labels);
    return { links, start, costate, loss, images: labels.size };
  });
}

function blockLink(flow: StageFlow, s: number, l: number, before: Tensor, after: Tensor): BlockLink {
  const { projection, blocks, steps } = flow;
  return {
    kind: 'block',
    s,
    l,
    h: steps[l] ?? 1,
    before,
    after,
    mask: (p) => projection.adjoint(after, p),
    pull: withPull(before, (x) => blocks[l]!.velocity(x)).pull,
  };
}

function withPull(at: Tensor, map: (x: Tensor) => Tensor): { value: Tensor; pull: (p: Tensor) => Tensor } {
  return enableGrad(() => {
    const leaf = ops.detach(at).setRequiresGrad();
    const recorded = map(leaf);
    return {
      value: ops.detach(recorded),
      pull: (p) => grad(recorded, [leaf], { cotangents: [p], retainGraph: true })[0]!,
    };
  });
}

/** The sum of E_x, and its derivative with respect to the last state. */
function lossAt(net: OpenNet, state: Tensor, labels: Tensor): { loss: number; costate: Tensor } {
  return enableGrad(() => {
    const leaf = ops.detach(state).setRequiresGrad();
    const loss = ops.mulScalar(crossEntropy(net.end(leaf), labels), labels.size);
    const [costate] = grad(loss, [leaf]);
    return { loss: loss.item(), costate: costate! };
  });
}

/** p before a link, from p after it: transposed Jacobian of the whole step. */
function pullThrough(link: Link, p: Tensor): Tensor {
  if (link.kind === 'fixed') return link.pull(p);
  const q = link.mask(p);
  return ops.add(q, link.pull(q), link.h);
}

/** Costates after every link: index i is p after link i - 1 and before link i; index 0 is dE_x/dX(x, 0). */
export function costatesOf({ links, costate }: Pick<Linearised, 'links' | 'costate'>): Tensor[] {
  const costates = [costate];
  for (const link of [...links].reverse()) costates.unshift(pullThrough(link, costates[0]!));
  return costates;
}

/**
 * Calls `body` with each batch's linearisation and costates, without recording; both are freed afterwards.
 *
 * @returns the number of images
 */
export function overBatches(
  net: OpenNet,
  batches: readonly Batch[],
  body: (linear: Linearised, costates: readonly Tensor[]) => void,
): number {
  let count = 0;
  for (const batch of batches)
    noGrad(() => {
      scope(() => {
        const linear = linearise(net, batch);
        count += linear.images;
        body(linear, costatesOf(linear));
      });
    });
  return count;
}

/** Euclidean norm of each image's part, [B]. */
export function imageNorms(x: Tensor): Tensor {
  const flat = ops.reshape(x, [x.shape[0] ?? 1, -1]);
  return ops.sqrt(ops.sumDim(ops.mul(flat, flat), [1]));
}
