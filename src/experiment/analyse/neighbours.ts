/** Whether a trained net is smooth in depth: distances between neighbouring blocks, beside those of any two and of fresh ones. */
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { mean } from '../../theory/fit.ts';
import { type OpenNet, slicesOf, type StageFlow, takeStep } from './net.ts';
import type { Batch } from './plans.ts';

/** Mean distance of pairs of blocks over the mean size of a block. */
export interface PairDistances {
  /** norm(theta^{l+1} - theta^l) / mean norm(theta), l = 0 .. L - 2, in the order of the flow. */
  readonly alongDepth: readonly number[];
  readonly neighbours: number;
  /** All pairs of the stage that are not neighbours; undefined in a stage of two. */
  readonly others: number | undefined;
}

export interface StageNeighbours {
  readonly stage: string;
  readonly order: readonly number[];
  /** In the weights. */
  readonly weights: PairDistances;
  readonly freshWeights: PairDistances;
  /** In what blocks do: norm(f(X, theta^{l+1}) - f(X, theta^l)), root mean square over images, at the state X where the first acts. */
  readonly velocities: PairDistances;
  readonly freshVelocities: PairDistances;
}

/**
 * @param fresh - the same net before training
 * @param batch - images at which velocities are compared
 */
export function measureNeighbours(net: OpenNet, fresh: OpenNet, batch: Batch): StageNeighbours[] {
  return noGrad(() =>
    scope(() => {
      const [velocities, freshVelocities] = [velocityDistances(net, batch), velocityDistances(fresh, batch)];
      return net.stages.flatMap((flow, s): StageNeighbours[] =>
        flow.blocks.length < 2
          ? []
          : [
              {
                stage: flow.name,
                order: flow.order,
                weights: weightDistances(flow),
                freshWeights: weightDistances(fresh.stages[s]!),
                velocities: velocities[s]!,
                freshVelocities: freshVelocities[s]!,
              },
            ],
      );
    }),
  );
}

/** From the distance of each pair l < m and the mean size. */
export function summarisePairs(count: number, distance: (l: number, m: number) => number): PairDistances {
  const [alongDepth, others]: [number[], number[]] = [[], []];
  for (let l = 0; l < count; l++)
    for (let m = l + 1; m < count; m++) (m === l + 1 ? alongDepth : others).push(distance(l, m));
  return { alongDepth, neighbours: mean(alongDepth), others: others.length ? mean(others) : undefined };
}

/** All trained numbers of a block as one vector. */
const thetaOf = (block: StageFlow['blocks'][number]): Tensor =>
  ops.cat([...block.parameters.values()].map((one) => ops.reshape(one, [-1])));

function weightDistances({ blocks }: StageFlow): PairDistances {
  return scope(() => {
    const thetas = blocks.map(thetaOf);
    const size = mean(thetas.map((theta) => ops.norm(theta).item()));
    return summarisePairs(
      blocks.length,
      (l, m) => scope(() => ops.norm(ops.sub(thetas[l]!, thetas[m]!)).item()) / size,
    );
  });
}

/** By stage. Pairs are compared at the state where the earlier block acts. */
function velocityDistances(net: OpenNet, { images }: Batch): PairDistances[] {
  let state = net.begin(images);
  return net.stages.map((flow) => {
    const distances: number[][] = [];
    const slices = slicesOf(flow);
    let size = 0;
    state = scope(() => flow.stage.enter(state));
    flow.blocks.forEach((_, l) => {
      const [next, row] = scope(() => {
        const velocities = flow.blocks.map((block) => block.velocity(state));
        size += ops.norm(velocities[l]!).item() / flow.blocks.length;
        const apart = velocities.map((one) => ops.norm(ops.sub(one, velocities[l]!)).item());
        return [takeStep(slices[l]!, state, flow.steps[l] ?? 1, flow.projection), apart] as const;
      });
      distances.push(row);
      state = next;
    });
    return summarisePairs(flow.blocks.length, (l, m) => (distances[l]?.[m] ?? NaN) / size);
  });
}
