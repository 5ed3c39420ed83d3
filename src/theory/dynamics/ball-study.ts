/** Linear minimisation over nested balls Q_r: the gap <dE/drho, nu - rho>, and dE along it. */
import {
  ball,
  energy,
  type functionalGradient,
  gridMeasure,
  type GridMeasure,
  independentSlices,
  insertParticles,
  matrix,
  outerWeights,
  solve,
  steepestDirection,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope } from '../../tensor/index.ts';
import type { Example } from './example.ts';

/** rho lies in the smallest ball. */
export const radii = [1, 2, 4, 8] as const;
export const lambdas = [1e-2, 1e-3, 1e-4, 1e-5] as const;

interface BallRow {
  readonly radius: number;
  readonly gap: number;
  /** The minimum over depth of G at its minimiser. */
  readonly values: readonly number[];
}

export interface BallStudy {
  readonly rows: readonly BallRow[];
  /** |dE/(lambda gap) - 1| at r = 4, for each lambda. */
  readonly offLinear: readonly number[];
  readonly loss: number;
}

export function ballStudy(
  example: Example,
  generator: Generator,
  gradientAt: typeof functionalGradient,
): BallStudy {
  const { problem, family, d } = example;
  return scope(() => {
    const start = insideBall(example, generator);
    const solution = solve(problem, family, start);
    // `bottleneck` has a closed form for the best `a`; `matrix` has no such coordinates.
    const polish = family.name.startsWith('bottleneck') ? outerWeights(d) : undefined;
    const found = radii.map((radius) =>
      steepestDirection(solution, { radius, generator, polish, starts: polish ? 32 : 48 }, gradientAt),
    );
    const { theta, gap } = found[2]!;
    return {
      rows: found.map((one, i) => ({ radius: radii[i] ?? NaN, gap: one.gap, values: one.values })),
      offLinear: lambdas.map((lambda) => {
        const there = scope(() => energy(problem, family, insertParticles(start, theta, lambda)));
        return Math.abs((there - solution.loss) / (lambda * gap) - 1);
      }),
      loss: solution.loss,
    };
  });
}

/** The grid measure of the example, with particles uniform in the smallest ball. */
function insideBall({ family, start, d }: Example, generator: Generator): GridMeasure {
  const [slices = 0, particles = 0] = start.weight.shape;
  return gridMeasure(
    independentSlices(ball(radii[0]), generator, slices, particles, family.parameterCount(d), 'f64'),
  );
}

/** The same data with a constant coordinate 1, and blocks s(Theta x). */
export function matrixExample({ problem, start, d }: Example): Example {
  return scope(() => {
    const family = matrix('tanh');
    const [slices = 0, particles = 0] = start.weight.shape;
    const k = family.parameterCount(d + 1);
    return {
      problem: {
        ...problem,
        inputs: ops.constantPadNd(problem.inputs, [0, 1], 1),
        readout: ops.constantPadNd(problem.readout!, [0, 1], 0),
      },
      family,
      start: gridMeasure(ops.zeros([slices, particles, k], 'f64')),
      d: d + 1,
    };
  });
}
