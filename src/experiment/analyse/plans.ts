/** Evaluates many variants of one net on the same images; their common prefix is computed once. */
import { crossEntropy, evaluationMode } from '../../nn/index.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { type OpenNet, blockSlices, takeStep } from './net.ts';

/** One step of a stage: the block f^i (by its index in the trained net), and its step size. */
export interface Move {
  readonly block: number;
  readonly h: number;
}

/** The steps of every stage. */
export type Plan = readonly (readonly Move[])[];

/** Images [B, C, H, W] in the net's dtype, labels [B]. */
export interface Batch {
  readonly images: Tensor;
  readonly labels: Tensor;
}

export interface Score {
  /** Percentage of misclassified images. */
  readonly error: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

/** The net as trained. */
export function trainedPlan({ stages }: Pick<OpenNet, 'stages'>): Plan {
  return stages.map(({ steps }) => steps.map((h, block) => ({ block, h })));
}

interface Node {
  /** The part of the net that leads here. */
  readonly apply: (state: Tensor) => Tensor;
  readonly children: Map<string, Node>;
  /** The plans that end here. */
  readonly plans: number[];
}

function treeOf({ stages, begin }: OpenNet, plans: readonly Plan[]): Node {
  const slices = stages.map(blockSlices);
  const root: Node = { apply: begin, children: new Map(), plans: [] };
  plans.forEach((plan, index) => {
    let at = root;
    const follow = (key: string, apply: Node['apply']): void => {
      const next = at.children.get(key) ?? { apply, children: new Map<string, Node>(), plans: [] };
      at.children.set(key, next);
      at = next;
    };
    stages.forEach(({ stage, projection }, s) => {
      follow('enter', (state) => stage.enter(state, evaluationMode));
      for (const { block, h } of plan[s] ?? [])
        // A step of 0 is the identity: P leaves the state unchanged.
        if (h !== 0) follow(`${block} ${h}`, (state) => takeStep(slices[s]![block]!, state, h, projection));
    });
    at.plans.push(index);
  });
  return root;
}

/** Error and loss of every plan over all batches. */
export function scorePlans(net: OpenNet, batches: readonly Batch[], plans: readonly Plan[]): Score[] {
  const root = treeOf(net, plans);
  const sums = plans.map(() => ({ wrong: 0, loss: 0 }));
  let count = 0;
  const visit = (node: Node, state: Tensor, labels: Tensor): void => {
    if (node.plans.length) {
      const { wrong, loss } = scope(() => scoreOf(net.end(state), labels));
      for (const index of node.plans) {
        const sum = sums[index]!;
        sum.wrong += wrong;
        sum.loss += loss;
      }
    }
    for (const child of node.children.values())
      scope(() => {
        visit(child, child.apply(state), labels);
      });
  };
  noGrad(() => {
    for (const { images, labels } of batches) {
      count += labels.size;
      scope(() => {
        visit(root, root.apply(images), labels);
      });
    }
  });
  return sums.map(({ wrong, loss }) => ({ error: (100 * wrong) / count, loss: loss / count }));
}

/** Sums over the batch. */
function scoreOf(logits: Tensor, labels: Tensor): { wrong: number; loss: number } {
  const right = ops.sum(ops.eq(ops.argmax(logits, 1), labels)).item();
  return { wrong: labels.size - right, loss: labels.size * crossEntropy(logits, labels).item() };
}
