/**
 * Smoothness of a trained net in depth: distances between neighbouring blocks, compared with other pairs and with the
 * untrained net.
 */
import type { AnalysisSection, ClaimPanel } from '../../runs/index.ts';
import { evaluationMode } from '../../nn/index.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { mean } from '../../stats/index.ts';
import { type OpenNet, blockSlices, type StageFlow, takeStep } from './net.ts';
import type { Batch } from './plans.ts';
import { level, section, short } from './section.ts';

/** Mean distance of pairs of blocks relative to the mean norm of a block. */
interface PairDistances {
  /** norm(theta^{l+1} - theta^l) / mean norm(theta), l = 0 .. L - 2, in depth order. */
  readonly alongDepth: readonly number[];
  readonly neighbours: number;
  /** All pairs of the stage that are not neighbours; undefined for a stage of two. */
  readonly others: number | undefined;
}

interface StageNeighbours {
  readonly stage: string;
  readonly order: readonly number[];
  /** In the weights of the convolutions. */
  readonly weights: PairDistances;
  readonly freshWeights: PairDistances;
  /**
   * Distance of velocities: norm(f(X, theta^{l+1}) - f(X, theta^l)), root mean square over images, at the state X where
   * the first block acts.
   */
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

/** From the distance of each pair l < m and the mean norm. */
export function summarisePairs(count: number, distance: (l: number, m: number) => number): PairDistances {
  const [alongDepth, others]: [number[], number[]] = [[], []];
  for (let l = 0; l < count; l++)
    for (let m = l + 1; m < count; m++) (m === l + 1 ? alongDepth : others).push(distance(l, m));
  return { alongDepth, neighbours: mean(alongDepth), others: others.length ? mean(others) : undefined };
}

/**
 * The convolutions of a block as one vector. The scales of batch norm all start at 1 and would make any two blocks
 * similar.
 */
const thetaOf = (block: StageFlow['blocks'][number]): Tensor =>
  ops.cat([...block.parameters.values()].filter(({ rank }) => rank > 1).map((one) => ops.reshape(one, [-1])));

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
    const slices = blockSlices(flow);
    let size = 0;
    state = scope(() => flow.stage.enter(state, evaluationMode));
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

export function neighboursSection(stages: readonly StageNeighbours[]): AnalysisSection {
  let place = 0;
  const rows = stages.flatMap(({ stage, weights, freshWeights, velocities, freshVelocities }) => {
    // Pairs are drawn between their blocks; a stage starts after the last block of the previous stage.
    place++;
    return weights.alongDepth.map((weight, l) => ({
      stage,
      place: place++ + 0.5,
      weight,
      freshWeight: freshWeights.alongDepth[l] ?? NaN,
      velocity: velocities.alongDepth[l] ?? NaN,
      freshVelocity: freshVelocities.alongDepth[l] ?? NaN,
    }));
  });
  const of = (pick: (row: (typeof rows)[number]) => number): number => mean(rows.map(pick));
  const x = { title: 'between blocks, in the order of depth', whole: true };
  const panel = (
    title: string,
    y: string,
    pick: 'weight' | 'velocity',
    freshPick: 'freshWeight' | 'freshVelocity',
  ): ClaimPanel => ({
    title,
    x,
    y: { title: y, zero: true },
    series: [
      { name: 'trained', mark: 'points', points: rows.map((row) => [row.place, row[pick]] as const) },
      {
        name: 'before training',
        mark: 'points',
        points: rows.map((row) => [row.place, row[freshPick]] as const),
      },
      level('independent blocks', Math.SQRT2, [1, Math.max(...rows.map((row) => row.place)) + 0.5]),
    ],
  });
  const others = (kind: 'weights' | 'velocities'): number[] =>
    stages.flatMap((one) => one[kind].others ?? []);
  const [otherWeights, otherVelocities] = [others('weights'), others('velocities')];
  return section({
    id: 'neighbours',
    title: 'Smooth in depth?',
    question:
      'Are neighbouring blocks similar, like those of a discretised ODE (distance of order 1/L), or as different as any two blocks?',
    sentence: rows.length
      ? `Neighbours are ${short(of(({ weight }) => weight))} of their size apart in their weights (${short(of(({ freshWeight }) => freshWeight))} before training) and ${short(of(({ velocity }) => velocity))} in what they do to the state (${short(of(({ freshVelocity }) => freshVelocity))}); independent blocks of equal size would be 1.41 apart.`
      : 'No stage has two exchangeable blocks.',
    caption:
      'Left: norm(theta^{l+1} - theta^l) over the mean norm of a block of the stage, theta its convolutions. Right: the same for f(X, theta) at the states of test images, which does not depend on the numbering of channels inside a block. Blocks are in the order of the flow.',
    reported: rows.length
      ? {
          'weights: distance of neighbours': of(({ weight }) => weight),
          ...(otherWeights.length && { 'weights: distance of other pairs': mean(otherWeights) }),
          'weights: distance of neighbours before training': of(({ freshWeight }) => freshWeight),
          'velocities: distance of neighbours': of(({ velocity }) => velocity),
          ...(otherVelocities.length && { 'velocities: distance of other pairs': mean(otherVelocities) }),
          'velocities: distance of neighbours before training': of(({ freshVelocity }) => freshVelocity),
        }
      : {},
    panels: rows.length
      ? [
          panel('Distance in the weights', 'norm(difference) over norm', 'weight', 'freshWeight'),
          panel('Distance of the velocities', 'norm(difference) over norm', 'velocity', 'freshVelocity'),
        ]
      : [],
  });
}
