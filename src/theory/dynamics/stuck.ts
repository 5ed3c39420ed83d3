/** Supports on which the gradient flow gets stuck, and the escape by a descent direction. */
import {
  gridMeasure,
  type GridMeasure,
  insertParticles,
  lineSearch,
  outerWeights,
  type Problem,
  solve,
  type steepestDirection,
  type wassersteinFlow,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { drawnExample, type Example, type Sizes } from './example.ts';

export const stuckKinds = ['zero', 'saturated', 'dead'] as const;
/**
 * zero: theta = 0 under an odd activation, where grad G = 0. saturated: every s(w.x + b) is 1 or -1 on the data to
 * the last bit, so that blocks are constants. dead: relu with every unit off on the data.
 */
export type StuckKind = (typeof stuckKinds)[number];

export function stuckExample(kind: StuckKind, generator: Generator, sizes: Sizes): Example {
  return scope(() => {
    const example = drawnExample(generator, { ...sizes, activation: kind === 'dead' ? 'relu' : 'tanh' });
    const { start, d } = example;
    return { ...example, start: gridMeasure(scope(() => stuckTheta(kind, start.theta, d))) };
  });
}

function stuckTheta(kind: StuckKind, theta: Tensor, d: number): Tensor {
  if (kind === 'zero') return ops.mulScalar(theta, 0);
  const rest = ops.sliceDim(theta, 2, 0, 2 * d);
  const bias = ops.sliceDim(theta, 2, 2 * d, 2 * d + 1);
  const far = 100;
  const moved =
    kind === 'dead' ? ops.addScalar(ops.mulScalar(bias, 0), -far) : ops.mulScalar(ops.sign(bias), far);
  return ops.cat([rest, moved], 2);
}

/**
 * 1/2 Var of the residual W1 x - y of the linear part: the limit of E if blocks can only add constants. For one
 * output.
 */
export function constantsOnly({ inputs, targets, readout }: Problem): number {
  return scope(() => {
    const residual = ops.sub(ops.mm(inputs, ops.transpose(readout!, 0, 1)), targets);
    const centred = ops.sub(residual, ops.meanDim(residual, [0], true));
    return ops.norm(centred).item() ** 2 / (2 * (inputs.shape[0] ?? 1));
  });
}

interface FreeingParts {
  readonly wassersteinFlow: typeof wassersteinFlow;
  readonly steepestDirection: typeof steepestDirection;
}

interface Freed {
  readonly loss: number;
  readonly rounds: number;
  /** E after each step of the flow, over all rounds. */
  readonly losses: readonly number[];
}

/**
 * Repeats: the descent direction over Q_4, spread over eight local minimisers; a line search; 400 steps of 0.5 of
 * the flow.
 */
export function free(
  { problem, family, d }: Example,
  start: GridMeasure,
  generator: Generator,
  parts: FreeingParts,
  { targetLoss, maxRounds }: { targetLoss: number; maxRounds: number },
): Freed {
  let measure = start;
  let loss = Infinity;
  let rounds = 0;
  const losses: number[] = [];
  const options = { radius: 4, generator, starts: 16, steps: 40, atoms: 8, polish: outerWeights(d) };
  while (rounds < maxRounds && !(loss < targetLoss)) {
    const round = scope(() => {
      const direction = parts.steepestDirection(solve(problem, family, measure), options);
      const towards = (lambda: number): GridMeasure => insertParticles(measure, direction.theta, lambda);
      const { lambda } = lineSearch(problem, family, towards);
      if (lambda === 0) return undefined;
      return parts.wassersteinFlow(problem, family, towards(lambda), {
        ds: 0.5,
        maxSteps: 400,
        targetLoss,
        onStep: (point) => losses.push(point.loss),
      });
    });
    // No descent along this direction; another round would find none either.
    if (!round) break;
    rounds++;
    ({ loss, measure } = round);
    if (!Number.isFinite(loss)) break;
  }
  return { loss, rounds, losses };
}
