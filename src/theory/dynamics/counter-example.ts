/**
 * Blocks s(Theta x) with odd s are odd in x: on data {x, -x} with an even target they have no descent direction at
 * E > 0.
 */
import {
  energy,
  type functionalGradient,
  gridMeasure,
  type GridMeasure,
  insertParticles,
  lineSearch,
  matrix,
  type Problem,
  solve,
  steepestDirection,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';

interface CounterExample {
  /** E at rho = the Dirac at 0, where W1 X = 0 on all data. */
  readonly loss: number;
  /** |<dE/drho, nu - rho>|, the maximum over the balls. */
  readonly gap: number;
  /** With a constant coordinate 1 added: the gap, which is negative, and E after a line search along it. */
  readonly gapWithConstant: number;
  readonly lossWithConstant: number;
}

const slices = 4;
const dirac = (k: number): GridMeasure => gridMeasure(ops.zeros([slices, 1, k], 'f64'));

export function counterExample(
  generator: Generator,
  radii: readonly number[],
  gradientAt: typeof functionalGradient,
): CounterExample {
  return scope(() => {
    const half = ops.constantPadNd(generator.normal([8, 2], 'f64'), [0, 1], 0);
    const even = ops.sumDim(ops.mul(half, half), [1], true);
    const inputs = ops.cat([half, ops.neg(half)]);
    // The readout reads the last coordinate, which is 0 until a block fills it.
    const last = ops.eye(3, 'f64');
    const plain: Problem = {
      inputs,
      targets: ops.cat([even, even]),
      readout: ops.clone(ops.sliceDim(last, 0, 2, 3)),
    };
    const one: Problem = {
      ...plain,
      inputs: ops.constantPadNd(inputs, [0, 1], 1),
      readout: ops.constantPadNd(plain.readout!, [0, 1], 0),
    };
    const family = matrix('tanh');
    const gapOf = (problem: Problem, d: number, radius: number): { gap: number; theta: Tensor } => {
      const solution = solve(problem, family, dirac(d * d));
      return steepestDirection(solution, { radius, generator, starts: 16, steps: 30 }, gradientAt);
    };
    const found = gapOf(one, 4, radii[0] ?? 1);
    const along = (lambda: number): GridMeasure => insertParticles(dirac(16), found.theta, lambda);
    return {
      loss: energy(plain, family, dirac(9)),
      gap: Math.max(...radii.map((radius) => Math.abs(gapOf(plain, 3, radius).gap))),
      gapWithConstant: found.gap,
      lossWithConstant: lineSearch(one, family, along).loss,
    };
  });
}
